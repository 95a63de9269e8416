Option Explicit
' What the ribbon calls. Every button ends in Selfeval_OnButton; its id is the name of the Python function.

Private ribbonUI As Object

Public Sub Selfeval_OnLoad(ribbon As IRibbonUI)
    Set ribbonUI = ribbon
End Sub

Public Sub Selfeval_OnButton(control As IRibbonControl)
    ' The cell's context menu has the same buttons: there the id ends in _menu.
    Selfeval_Press Replace(control.ID, "_menu", "")
End Sub

Public Sub Selfeval_BureauVisible(control As IRibbonControl, ByRef visible As Variant)
    ' The group of the bureau shows while the file "bureau" lies in the folder of the settings.
    visible = FileThere(StateFolder() & "\bureau")
End Sub

Public Sub Selfeval_TabVisible(control As IRibbonControl, ByRef visible As Variant)
    ' A workbook with buttons of its own hides them where the add-in is there.
    visible = Not AddinThere()
End Sub

Public Sub Selfeval_Press(ByVal button As String)
    Dim answer As Variant
    If ActiveWorkbook Is Nothing Then
        Say Told("no_book")
        Exit Sub
    End If
    If Not FileThere(Interpreter()) Then
        Say Told("no_python") & vbLf & Interpreter()
        Exit Sub
    End If
    On Error GoTo failed
    If WithoutCom() Then
        PlainPress button
    Else
        answer = RunPython("import selfeval_xl.addin as a; a.press('" & button & "')")
        If button = "check_book" Or button = "check_sheet" Or button = "clear_marks" Or button = "undo" Then FitNotes ActiveWorkbook
    End If
    If button = "settings" And Not ribbonUI Is Nothing Then ribbonUI.Invalidate
    Exit Sub
failed:
    Say Told("failed") & vbLf & Err.Description
End Sub

Public Function AddinThere() As Boolean
    Dim book As Object
    AddinThere = False
    If LCase(ThisWorkbook.Name) = "selfeval.xlam" Then Exit Function
    On Error Resume Next
    Set book = Nothing
    Set book = Workbooks("selfeval.xlam")
    AddinThere = Not book Is Nothing
    On Error GoTo 0
End Function

Public Sub ShowPythonError(ByVal logFile As String, ByVal message As String)
    ' In the place of xlwings' own window: a Chinese sentence and a copy of the log, which xlwings deletes.
    Dim kept As String
    kept = logFile
    On Error Resume Next
    If logFile <> "" Then
        MkDir StateFolder()
        MkDir StateFolder() & "\logs"
        kept = StateFolder() & "\logs\" & Format(Now, "yyyymmdd-hhnnss") & "-start.log"
        FileCopy logFile, kept
    End If
    On Error GoTo 0
    Say Told("python_failed") & vbLf & kept & message
End Sub
