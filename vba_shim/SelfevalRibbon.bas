Option Explicit
' What the ribbon calls. Every button ends in Selfeval_OnButton; its id is the name of the Python function. In a workbook that carries the
' buttons itself the build gives these procedures another beginning: Excel may call one of that name in another open project. Its objects
' are As Object, so that no library of Office is needed to compile this.

Private ribbonUI As Object

Public Sub Selfeval_OnLoad(ribbon As Object)
    Set ribbonUI = ribbon
End Sub

Public Sub Selfeval_OnButton(control As Object)
    ' The cell's context menu has the same buttons: there the id ends in _menu.
    Selfeval_Press Replace(control.ID, "_menu", "")
End Sub

Public Sub Selfeval_BureauVisible(control As Object, ByRef visible As Variant)
    ' The group of the bureau shows while the file "bureau" lies in the folder of the settings.
    visible = FileThere(StateFolder() & "\bureau")
End Sub

Public Sub Selfeval_TabVisible(control As Object, ByRef visible As Variant)
    ' A workbook with buttons of its own hides them where the add-in is there.
    visible = Not AddinThere()
End Sub

Public Sub Selfeval_Press(ByVal button As String)
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
        PythonPress button, ActiveWorkbook
    End If
    If button = "settings" And Not ribbonUI Is Nothing Then ribbonUI.Invalidate
    Exit Sub
failed:
    Say Told("failed") & vbLf & Err.Description
End Sub

Public Sub PythonPress(ByVal button As String, ByVal book As Object)
    ' Python works on the open workbook. One that was killed meanwhile leaves redrawing and events off: they become what they were.
    Dim status As Long, drawing As Boolean, events As Boolean
    drawing = Application.ScreenUpdating
    events = Application.EnableEvents
    status = StartPython(Array("BUTTON", "BOOK", "HWND"), Array(button, book.Name, WindowNumber()))
    Application.ScreenUpdating = drawing
    Application.EnableEvents = events
    If status = NOT_STARTED Then
        Say NotStarted()
    ElseIf status <> 0 Then
        Say Told("python_broke") & vbLf & Interpreter()
    ElseIf button = "check_book" Or button = "check_sheet" Or button = "clear_marks" Or button = "undo" Then
        FitNotes book
    End If
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
