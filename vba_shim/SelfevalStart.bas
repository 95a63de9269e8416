Option Explicit
' The start of Python. The command line is the same for every click and every workbook: what Python needs to know stands in the
' environment of this process, in ASCII, and goes again afterwards. No cmd.exe is between, so no sign in a name means anything.
' selfeval_xl/addin/handed_over.py reads the same names.

Public Const NOT_STARTED As Long = -1

Private trouble As String

Public Function StartPython(ByVal names As Variant, ByVal values As Variant) As Long
    ' Starts the registered Python, hidden, and waits; its exit status, NOT_STARTED where the system refused to start it.
    Dim shell As Object, variables As Object, number As Long
    StartPython = NOT_STARTED
    trouble = ""
    On Error GoTo refused
    Set shell = CreateObject("WScript.Shell")
    Set variables = shell.Environment("PROCESS")
    For number = 0 To UBound(names)
        variables.Item("SELFEVAL_" & CStr(names(number))) = Encode(CStr(values(number)))
    Next number
    StartPython = shell.Run(StartLine(), 0, True)
    TakeBack variables, names
    Exit Function
refused:
    trouble = Err.Description & " (" & CStr(Err.Number) & ")"
    TakeBack variables, names
End Function

Public Function StartLine() As String
    StartLine = Chr(34) & Interpreter() & Chr(34) & " -P -B -X utf8 -m selfeval_xl.addin"
End Function

Public Function NotStarted() As String
    ' What to say where the system refused: mostly a guard against viruses, or a rule of the office.
    NotStarted = Told("blocked") & vbLf & Interpreter() & vbLf & trouble
End Function

Private Sub TakeBack(ByVal variables As Object, ByVal names As Variant)
    Dim number As Long
    On Error Resume Next
    For number = 0 To UBound(names)
        variables.Remove "SELFEVAL_" & CStr(names(number))
    Next number
    On Error GoTo 0
End Sub

Public Function WindowNumber() As String
    ' The window of this program, by which Python finds it among several.
    WindowNumber = "0"
    On Error Resume Next
    WindowNumber = CStr(Application.Hwnd)
    On Error GoTo 0
End Function
