Option Explicit
' The way without COM (WPS, or where xlwings does not work): Python checks a copy of the workbook and writes its answer into a file,
' and what it found is painted here: tint, note, the sheet of results. What was there before stands in the hidden sheet "_selfeval",
' columns D to G, as the Python side keeps it, so that either can take the marks of the other away.

Private Const MEMORY As String = "_selfeval"
Private Const NO_FILL As Long = -4142
Private Const SOLID As Long = 1
Private Const AUTOMATIC As Long = -4105
Private Const VERY_HIDDEN As Long = 2

Private markSheet() As String, markCell() As String, markText() As String, markLevel() As Long, marks As Long

Public Sub PlainPress(ByVal button As String)
    Select Case button
        Case "check_book"
            PlainCheck ActiveWorkbook, ""
        Case "check_sheet"
            PlainCheck ActiveWorkbook, ActiveSheet.Name
        Case "clear_marks"
            PlainClearAll ActiveWorkbook
            Say Told("cleared")
        Case Else
            Say Told("only_checks")
    End Select
End Sub

Public Sub PlainCheck(ByVal book As Object, ByVal only As String)
    Dim stem As String, copyPath As String, ending As String, status As Long, lines As Variant
    ending = ".xlsx"
    If InStr(book.Name, ".") > 0 Then ending = LCase(Mid(book.Name, InStrRev(book.Name, ".")))
    If ending <> ".xlsx" And ending <> ".xlsm" And ending <> ".xls" Then
        Say Told("save_as_xlsx")
        Exit Sub
    End If
    Randomize
    stem = Environ("TEMP") & "\selfeval-" & Format(Now, "yyyymmddhhnnss") & "-" & CStr(Int(Rnd * 1000000))
    copyPath = stem & ending
    book.SaveCopyAs copyPath
    status = StartPython(Array("BUTTON", "COPY", "SHEET", "ANSWER", "LOG"), Array("plain", copyPath, only, stem & ".tsv", stem & ".log"))
    KillFile copyPath
    lines = Split("")
    If status = 0 And FileThere(stem & ".tsv") Then lines = ReadLines(stem & ".tsv")
    KillFile stem & ".tsv"
    If status = NOT_STARTED Then
        Say NotStarted()
    ElseIf IsWhole(lines) Then
        KillFile stem & ".log"
        Say PaintAll(book, lines, only)
    Else
        Say Told("python_failed") & vbLf & IIf(FileThere(stem & ".log"), stem & ".log", Interpreter())
    End If
End Sub

Public Function IsWhole(ByVal lines As Variant) As Boolean
    ' Whether this is a whole answer: its head, findings with all their fields, and the end with their number; or a sentence and the end.
    Dim last As Long, number As Long
    IsWhole = False
    last = UBound(lines)
    If last < 1 Then Exit Function
    If CStr(lines(last)) = "end" & vbTab & "0" And last = 1 And Left(CStr(lines(0)), 4) = "say" & vbTab Then IsWhole = True
    If CStr(lines(last)) <> "end" & vbTab & CStr(last - 1) Then Exit Function
    If Left(Decode(CStr(lines(0))), Len(HeadOfAnswer())) <> HeadOfAnswer() Then Exit Function
    For number = 1 To last - 1
        If UBound(Split(CStr(lines(number)), vbTab)) <> 10 Then Exit Function
    Next number
    IsWhole = True
End Function

Private Function HeadOfAnswer() As String
    HeadOfAnswer = Told("column_2") & vbTab & Told("column_3") & vbTab
End Function

Private Sub KillFile(ByVal path As String)
    On Error Resume Next
    Kill path
    On Error GoTo 0
End Sub

Public Function PaintAll(ByVal book As Object, ByVal lines As Variant, ByVal only As String) As String
    ' Paints what the lines of the answer say (the head first, the end last); returns the closing sentence. only: one sheet, or "" for all; marks of the
    ' other sheets, and what is listed of them, stay.
    ' What is no whole answer leaves everything as it is.
    Dim fields() As Variant, count As Long, level As Long, number As Long, item As Variant, counts(1 To 4) As Long, missed As Long, explained As Long
    If Not IsWhole(lines) Then
        PaintAll = Told("python_failed")
        Exit Function
    End If
    If Left(CStr(lines(0)), 4) = "say" & vbTab Then
        PaintAll = Decode(Mid(CStr(lines(0)), 5))
        Exit Function
    End If
    PlainClear book, only
    marks = 0
    ReDim markSheet(0 To 0): ReDim markCell(0 To 0): ReDim markText(0 To 0): ReDim markLevel(0 To 0)
    ReDim fields(0 To UBound(lines) + 1)
    For level = 1 To 3
        For number = 1 To UBound(lines)
            item = Split(CStr(lines(number)), vbTab)
            If UBound(item) >= 10 Then
                If LevelOf(Decode(CStr(item(0)))) = level Then
                    item = Decoded(item)
                    If only = "" Or CStr(item(4)) = only Then
                        fields(count) = item
                        count = count + 1
                        counts(TreatmentOf(CStr(item(1)))) = counts(TreatmentOf(CStr(item(1)))) + 1
                        NoteMarks item, level
                    End If
                End If
            End If
        Next number
    Next level
    missed = PaintMarks(book)
    explained = WriteResults(book, fields, count, only)
    If Not SheetOf(book, Told("results")) Is Nothing Then WriteLinks book, SheetOf(book, Told("results")), MemoryOf(book)
    FitNotes book
    PaintAll = Told("checked")
    If only <> "" Then PaintAll = Replace(Told("checked_sheet"), "{0}", only)
    PaintAll = PaintAll & CStr(counts(1)) & Told("checked_fix") & CStr(counts(2) - explained) & Told("checked_explain")
    If explained > 0 Then PaintAll = PaintAll & Replace(Told("checked_explained"), "{0}", CStr(explained))
    PaintAll = PaintAll & Replace(Told("checked_next_year"), "{0}", CStr(counts(3)))
    If counts(4) > 0 Then PaintAll = PaintAll & Replace(Told("checked_bureau"), "{0}", CStr(counts(4)))
    PaintAll = PaintAll & Told("checked_end")
    If missed > 0 Then PaintAll = PaintAll & vbLf & Told("not_painted") & CStr(missed)
    If counts(1) = 0 Then PaintAll = PaintAll & vbLf & Told(IIf(only = "", "no_errors", "no_errors_here"))
End Function

Private Function Decoded(ByVal item As Variant) As Variant
    Dim number As Long, text As String, result(0 To 10) As String
    For number = 0 To 10
        text = Decode(CStr(item(number)))
        If Left(text, 1) = "'" And InStr("=+-@", Mid(text & " ", 2, 1)) > 0 Then text = Mid(text, 2)
        result(number) = text
    Next number
    Decoded = result
End Function

Public Function LevelOf(ByVal label As String) As Long
    LevelOf = 3
    If label = Told("grade_1") Then LevelOf = 1
    If label = Told("grade_2") Then LevelOf = 2
End Function

Public Function TreatmentOf(ByVal label As String) As Long
    For TreatmentOf = 1 To 3
        If label = Told("treatment_" & CStr(TreatmentOf)) Then Exit For
    Next TreatmentOf
End Function

Private Sub NoteMarks(ByVal item As Variant, ByVal level As Long)
    ' One mark a cell; the gravest finding comes first and gives the colour.
    Dim names As Variant, number As Long, place As Long, text As String
    text = CStr(item(0)) & ChrW(&HFF0C) & CStr(item(1)) & ChrW(&HFF1A) & CStr(item(9))
    If CStr(item(10)) <> "" Then text = text & vbLf & Told("how") & CStr(item(10))
    names = Split(Replace(CStr(item(5)), " ", ""), ",")
    For number = 0 To UBound(names)
        For place = 0 To marks - 1
            If markSheet(place) = CStr(item(4)) And markCell(place) = CStr(names(number)) Then Exit For
        Next place
        If place = marks Then
            ReDim Preserve markSheet(0 To marks): ReDim Preserve markCell(0 To marks)
            ReDim Preserve markText(0 To marks): ReDim Preserve markLevel(0 To marks)
            markSheet(marks) = CStr(item(4)): markCell(marks) = CStr(names(number)): markText(marks) = text: markLevel(marks) = level
            marks = marks + 1
        Else
            markText(place) = markText(place) & vbLf & text
        End If
    Next number
End Sub

Private Function PaintMarks(ByVal book As Object) As Long
    ' Tints and notes; returns how many could not be painted (protected sheet, patterned cell). They stand in the list all the same.
    Dim sheet As Object, cell As Object, memorySheet As Object, number As Long, row As Long, before As String, missed As Long
    If marks > 0 Then Set memorySheet = MemoryOf(book)
    For number = 0 To marks - 1
        Set sheet = SheetOf(book, markSheet(number))
        If sheet Is Nothing Then
            missed = missed + 1
        ElseIf sheet.ProtectContents Then
            missed = missed + 1
        Else
            Set cell = sheet.Range(markCell(number)).MergeArea.Cells(1, 1)
            If Patterned(cell) Then
                missed = missed + 1
            Else
                row = RecordOf(memorySheet, sheet.Name, cell.Address(False, False))
                If CStr(memorySheet.Cells(row, 4).Value) = "" Then
                    before = NoteOf(cell)
                    Remember memorySheet, row, sheet.Name, cell.Address(False, False), FillOf(cell), before
                Else
                    before = CStr(memorySheet.Cells(row, 7).Value)
                End If
                cell.MergeArea.Interior.Color = TintOf(markLevel(number))
                If before = "" Then
                    SetNote cell, markText(number)
                Else
                    SetNote cell, before & Told("separator") & markText(number)
                End If
            End If
        End If
    Next number
    PaintMarks = missed
End Function

Private Function Patterned(ByVal cell As Object) As Boolean
    ' Hatched or graded: a colour alone would not bring that back. LibreOffice answers xlNone for a plain colour.
    Dim pattern As Long
    Patterned = False
    If cell.Interior.ColorIndex = NO_FILL Then Exit Function
    pattern = cell.Interior.Pattern
    Patterned = pattern <> SOLID And pattern <> AUTOMATIC And pattern <> NO_FILL
End Function

Private Function TintOf(ByVal level As Long) As Long
    TintOf = Choose(level, RGB(255, 199, 206), RGB(255, 235, 156), RGB(221, 235, 247))
End Function

Private Function FillOf(ByVal cell As Object) As String
    Dim colour As Long
    FillOf = ""
    If cell.Interior.ColorIndex = NO_FILL Then Exit Function
    colour = cell.Interior.Color
    FillOf = "#" & Two(colour Mod 256) & Two((colour \ 256) Mod 256) & Two((colour \ 65536) Mod 256)
End Function

Private Function Two(ByVal number As Long) As String
    Two = Right("0" & Hex(number), 2)
End Function

Private Function NoteOf(ByVal cell As Object) As String
    NoteOf = ""
    If Not cell.Comment Is Nothing Then NoteOf = cell.Comment.Text
End Function

Private Sub SetNote(ByVal cell As Object, ByVal text As String)
    If Not cell.Comment Is Nothing Then cell.Comment.Delete
    If text <> "" Then cell.AddComment text
End Sub

Private Function MemoryOf(ByVal book As Object) As Object
    ' The hidden sheet with the head of the records; made where it is not there.
    Dim number As Long, before As Object
    Set MemoryOf = SheetOf(book, MEMORY)
    If MemoryOf Is Nothing Then
        Set before = book.ActiveSheet
        Set MemoryOf = book.Worksheets.Add(After:=book.Worksheets(book.Worksheets.Count))
        MemoryOf.Name = MEMORY
        before.Activate
        MemoryOf.Visible = VERY_HIDDEN
    End If
    For number = 1 To 4
        MemoryOf.Cells(1, 3 + number).Value = Told("memory_" & CStr(number))
    Next number
End Function

Private Function RecordOf(ByVal memorySheet As Object, ByVal sheetName As String, ByVal cellName As String) As Long
    ' The row of a cell's record; the first free row where it has none.
    RecordOf = 2
    Do While CStr(memorySheet.Cells(RecordOf, 4).Value) <> ""
        If CStr(memorySheet.Cells(RecordOf, 4).Value) = sheetName And CStr(memorySheet.Cells(RecordOf, 5).Value) = cellName Then Exit Do
        RecordOf = RecordOf + 1
    Loop
End Function

Public Sub Remember(ByVal memorySheet As Object, ByVal row As Long, ByVal sheetName As String, ByVal cellName As String, ByVal fill As String, ByVal note As String)
    memorySheet.Range("D" & row & ":G" & row).NumberFormat = "@"
    memorySheet.Cells(row, 4).Value = sheetName
    memorySheet.Cells(row, 5).Value = cellName
    memorySheet.Cells(row, 6).Value = fill
    memorySheet.Cells(row, 7).Value = note
End Sub

Public Sub PlainClearAll(ByVal book As Object)
    PlainClear book, ""
    RemoveLinks book
    PrintAsBefore book, SheetOf(book, MEMORY)
    FitNotes book
End Sub

Public Sub PlainClear(ByVal book As Object, ByVal only As String)
    ' Gives every marked cell (of one sheet, or "" for all) its colour and note back, and forgets the records. Records of the Python side
    ' that hold a fill as XML, or how a sheet was printed, stay for the Python side.
    Dim records As Object, sheet As Object, cell As Object, row As Long, last As Long, fill As String, cellName As String, mine As Boolean
    Set records = SheetOf(book, MEMORY)
    If records Is Nothing Then Exit Sub
    last = 1
    Do While CStr(records.Cells(last + 1, 4).Value) <> ""
        last = last + 1
    Loop
    For row = last To 2 Step -1
        fill = CStr(records.Cells(row, 6).Value)
        cellName = CStr(records.Cells(row, 5).Value)
        Set sheet = SheetOf(book, CStr(records.Cells(row, 4).Value))
        mine = Not sheet Is Nothing
        If mine And only <> "" Then mine = (sheet.Name = only)
        If mine And (fill = "" Or Left(fill, 1) = "#") And cellName Like "[A-Z]*#" Then
            If Not sheet.ProtectContents Then
                Set cell = sheet.Range(cellName)
                If fill = "" Then
                    cell.MergeArea.Interior.ColorIndex = NO_FILL
                Else
                    cell.MergeArea.Interior.Color = RGB(CLng("&H" & Mid(fill, 2, 2)), CLng("&H" & Mid(fill, 4, 2)), CLng("&H" & Mid(fill, 6, 2)))
                End If
                SetNote cell, CStr(records.Cells(row, 7).Value)
                Forget records, row, last
                last = last - 1
            End If
        End If
    Next row
    If last = 1 Then records.Range("D1:G1").ClearContents
    For Each sheet In book.Worksheets
        If Not sheet.ProtectContents And (only = "" Or sheet.Name = only) Then RemoveRules sheet
    Next sheet
End Sub

Private Sub RemoveRules(ByVal sheet As Object)
    ' Tints that a marked copy (check --mark, a return) has as conditional formats. Colour scales and the like have no formula.
    ' LibreOffice's Basic has no FormatConditions: there the count stays 0.
    Dim number As Long, found As Long, formula As String
    On Error Resume Next
    found = sheet.Cells.FormatConditions.Count
    For number = found To 1 Step -1
        formula = ""
        formula = CStr(sheet.Cells.FormatConditions(number).Formula1)
        If InStr(formula, Told("rule_word")) > 0 Then sheet.Cells.FormatConditions(number).Delete
    Next number
    On Error GoTo 0
End Sub

Public Sub Forget(ByVal records As Object, ByVal row As Long, ByVal last As Long)
    ' The last record takes the place of this one: deleting rows would move the settings in columns A and B.
    Dim column As Long
    For column = 4 To 7
        records.Cells(row, column).Value = records.Cells(last, column).Value
        records.Cells(last, column).ClearContents
    Next column
End Sub
