Option Explicit
' Boxes of notes as large as their texts: Excel's own box cuts long notes off. Here and not in Python, because each size would be two
' more calls from outside for every note. A person's box that is enlarged for ours keeps its size in the alternative text of its shape.

Private Const KEPT As String = "selfeval-size:"
Private Const LINE_HEIGHT As Long = 14
Private Const MARGIN As Long = 10
Private Const MOST_LINES As Long = 30

Public Sub FitNotes(ByVal book As Object)
    ' A sheet whose shapes are protected keeps its boxes.
    Dim sheet As Object, number As Long
    On Error Resume Next
    For Each sheet In book.Worksheets
        For number = 1 To sheet.Comments.Count
            FitNote sheet.Comments(number).Shape, sheet.Comments(number).Text
        Next number
    Next sheet
    On Error GoTo 0
End Sub

Private Sub FitNote(ByVal box As Object, ByVal text As String)
    Dim lines As Long, width As Long, before As String
    before = CStr(box.AlternativeText)
    If Not IsOurs(text) Then
        If Left(before, Len(KEPT)) = KEPT Then
            box.Width = Val(Split(Mid(before, Len(KEPT) + 1), ",")(0))
            box.Height = Val(Split(Mid(before, Len(KEPT) + 1), ",")(1))
            box.AlternativeText = ""
        End If
        Exit Sub
    End If
    width = 240
    lines = LinesOf(text, 40)
    If lines > MOST_LINES Then
        width = 400
        lines = LinesOf(text, 70)
    End If
    If InStr(text, Told("separator")) > 0 And before = "" Then
        box.AlternativeText = KEPT & Trim(Str(box.Width)) & "," & Trim(Str(box.Height))
    End If
    If Abs(box.Width - width) > 1 Then box.Width = width
    If Abs(box.Height - lines * LINE_HEIGHT - MARGIN) > 1 Then box.Height = lines * LINE_HEIGHT + MARGIN
End Sub

Public Function IsOurs(ByVal text As String) As Boolean
    Dim number As Long, kind As Long, head As String
    IsOurs = InStr(text, Told("separator")) > 0
    For number = 1 To 3
        For kind = 1 To 4
            head = Told("grade_" & CStr(number)) & ChrW(&HFF0C) & Told("treatment_" & CStr(kind)) & ChrW(&HFF1A)
            If Left(text, Len(head)) = head Then IsOurs = True
        Next kind
    Next number
    For number = 1 To 3
        If Left(text, Len(Told("level_" & CStr(number)))) = Told("level_" & CStr(number)) Then IsOurs = True
    Next number
End Function

Public Function LinesOf(ByVal text As String, ByVal room As Long) As Long
    ' How many lines a text takes where a line has room for so many narrow characters; Chinese ones take two.
    Dim paragraphs As Variant, number As Long, place As Long, units As Long, code As Long
    paragraphs = Split(text, vbLf)
    For number = 0 To UBound(paragraphs)
        units = 0
        For place = 1 To Len(CStr(paragraphs(number)))
            code = AscW(Mid(CStr(paragraphs(number)), place, 1))
            units = units + 1
            If code < 0 Or code > 255 Then units = units + 1
        Next place
        LinesOf = LinesOf + 1
        If units > room - 1 Then LinesOf = LinesOf + (units - 1) \ (room - 1)
    Next number
End Function
