Option Explicit
' Settings and what every module needs: where Python is, which way to work, texts, messages.
'
' Settings stand on the sheet "selfeval.conf" of the add-in (column A the key, column B the value), written by "selfeval addin install".
' A workbook from the template with buttons has no such sheet: it reads %APPDATA%\selfeval_xl\interpreter.txt. Only these two places are
' asked, never the workbook that is being checked: a received workbook must not say which program is run.

Public Quiet As Boolean             ' the tests: keep messages, show none
Public LastSaid As String

Private Const CONF As String = "selfeval.conf"

Public Function Setting(ByVal key As String) As String
    Dim sheet As Object, row As Long
    Setting = ""
    Set sheet = SheetOf(ThisWorkbook, CONF)
    If sheet Is Nothing Then Exit Function
    For row = 1 To 40
        If UCase(CStr(sheet.Cells(row, 1).Value)) = UCase(key) Then
            Setting = CStr(sheet.Cells(row, 2).Value)
            Exit Function
        End If
    Next row
End Function

Public Function Interpreter() As String
    ' The full path of python.exe; "" where none was installed.
    Dim lines As Variant
    Interpreter = Setting("INTERPRETER_WIN")
    If Interpreter = "" Then
        If FileThere(StateFolder() & "\interpreter.txt") Then
            lines = ReadLines(StateFolder() & "\interpreter.txt")
            If UBound(lines) >= 0 Then Interpreter = Decode(CStr(lines(0)))
        End If
    End If
End Function

Public Function StateFolder() As String
    StateFolder = Environ("SELFEVAL_HOME")
    If StateFolder = "" Then StateFolder = Environ("APPDATA") & "\selfeval_xl"
End Function

Public Function WithoutCom() As Boolean
    ' Whether the shim paints by itself: in WPS and other programs than Excel, or where the setting MODE says "plain".
    Dim place As String
    Select Case LCase(Setting("MODE"))
        Case "plain"
            WithoutCom = True
        Case "com"
            WithoutCom = False
        Case Else
            place = UCase(Application.Path)
            WithoutCom = Application.Name <> "Microsoft Excel" Or InStr(place, "WPS") > 0 Or InStr(place, "KINGSOFT") > 0
    End Select
End Function

Public Function SheetOf(ByVal book As Object, ByVal sheetName As String) As Object
    ' The sheet of that name, Nothing where there is none.
    Dim item As Object
    Set SheetOf = Nothing
    For Each item In book.Worksheets
        If item.Name = sheetName Then
            Set SheetOf = item
            Exit Function
        End If
    Next item
End Function

Public Function FileThere(ByVal path As String) As Boolean
    FileThere = False
    If path = "" Then Exit Function
    On Error Resume Next
    FileThere = (Dir(path) <> "")
    On Error GoTo 0
End Function

Public Function ReadLines(ByVal path As String) As Variant
    ' The lines of an ASCII file as an array counted from 0.
    Dim number As Integer, textLine As String, whole As String
    number = FreeFile
    Open path For Input As #number
    Do While Not EOF(number)
        Line Input #number, textLine
        If whole <> "" Then whole = whole & vbLf
        whole = whole & textLine
    Loop
    Close #number
    ReadLines = Split(whole, vbLf)
End Function

Public Function Decode(ByVal text As String) As String
    ' \uXXXX becomes the character: VBA reads files and its own sources as ANSI, so nothing else than ASCII is given to it.
    Dim pieces As Variant, number As Long, piece As String, result As String
    pieces = Split(text, "\u")
    If UBound(pieces) < 0 Then Exit Function
    result = CStr(pieces(0))
    For number = 1 To UBound(pieces)
        piece = CStr(pieces(number))
        result = result & ChrW(CLng("&H" & Left(piece, 4))) & Mid(piece, 5)
    Next number
    Decode = result
End Function

Public Function Encode(ByVal text As String) As String
    ' The other way round: all but letters of ASCII and figures becomes \uXXXX, so that no sign of a name means anything to anybody.
    Dim place As Long, sign As String
    For place = 1 To Len(text)
        sign = Mid(text, place, 1)
        If Not IsPlainSign(AscW(sign)) Then sign = "\u" & Right("000" & Hex(AscW(sign) And 65535), 4)
        Encode = Encode & sign
    Next place
End Function

Private Function IsPlainSign(ByVal code As Long) As Boolean
    IsPlainSign = (code >= 48 And code <= 57) Or (code >= 65 And code <= 90) Or (code >= 97 And code <= 122)
End Function

Public Sub Say(ByVal text As String)
    LastSaid = text
    If Not Quiet Then MsgBox text, vbInformation, Told("title")
End Sub
