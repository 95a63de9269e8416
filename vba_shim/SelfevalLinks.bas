Option Explicit
' Links from the marked rows of a form back to the list, in one column right of everything, as the Python side writes them: HYPERLINK
' formulas, known again by their formula. Where a sheet prints all it holds it gets a print area, and "_selfeval" says so.

Private Const FIRST_RECORD As Long = 2
Private Const NO_FILL As Long = -4142
Private Const LINK_GAP As Long = 2
Private Const MOST As Long = 6
Private Const MOST_CELLS As Long = 200000
Private Const MOST_ROWS As Long = 5000

Private linkSheet() As String, linkRow() As Long, linkNumbers() As String, linkTarget() As Long, links As Long
Private columnSheet() As String, columnPlace() As Long, linkColumns As Long

Public Sub WriteLinks(ByVal book As Object, ByVal results As Object, ByVal memorySheet As Object)
    ' From the rows of the list; mended ones have no mark any more.
    Dim row As Long, names As Variant, number As Long, sheet As Object
    RemoveLinks book
    links = 0
    row = 2
    Do While CStr(results.Cells(row, 10).Value) <> ""
        Set sheet = SheetOf(book, CStr(results.Cells(row, 5).Value))
        If Not sheet Is Nothing And CStr(results.Cells(row, 13).Value) <> Told("status_mended") Then
            names = Split(Replace(CStr(results.Cells(row, 6).Value), " ", ""), ",")
            For number = 0 To UBound(names)
                If CStr(names(number)) Like "[A-Z]*#" Then NoteLink sheet, sheet.Range(CStr(names(number))).MergeArea.Row, row
            Next number
        End If
        row = row + 1
    Loop
    For number = 0 To links - 1
        Set sheet = SheetOf(book, linkSheet(number))
        If Not sheet.ProtectContents Then
            If linkRow(number) > 1 Then
                PutLink sheet.Cells(linkRow(number), ColumnOf(sheet, memorySheet)), linkTarget(number), Told("link_first") & linkNumbers(number) & Told("link_last")
            End If
            PutLink sheet.Cells(1, ColumnOf(sheet, memorySheet)), HeadTarget(sheet.Name), HeadText(sheet.Name)
        End If
    Next number
End Sub

Public Sub RemoveLinks(ByVal book As Object)
    ' The linkColumns are remembered meanwhile: new links go where the old ones stood.
    Dim sheet As Object, used As Object, rows As Object, column As Long
    linkColumns = 0
    For Each sheet In book.Worksheets
        If sheet.Name <> Told("results") And sheet.Name <> Told("returned") And Not sheet.ProtectContents Then
            Set used = sheet.UsedRange
            If CDbl(used.Rows.Count) * used.Columns.Count <= MOST_CELLS Then
                RemoveLinksIn used
            Else
                ' Formats reach far down, as after a colour for whole columns: only the rows of forms are taken, column by column.
                For column = used.Column To used.Column + used.Columns.Count - 1
                    Set rows = sheet.Range(sheet.Cells(1, column), sheet.Cells(MOST_ROWS, column))
                    If Application.WorksheetFunction.CountA(rows) > 0 Then RemoveLinksIn rows
                Next column
            End If
        End If
    Next sheet
End Sub

Private Sub RemoveLinksIn(ByVal used As Object)
    Dim cell As Object, row As Long, column As Long, formulas As Variant
    formulas = used.Formula
    If Not IsArray(formulas) Then Exit Sub
    For row = LBound(formulas, 1) To UBound(formulas, 1)
        For column = LBound(formulas, 2) To UBound(formulas, 2)
            If IsLink(CStr(formulas(row, column))) Then
                Set cell = used.Cells(row - LBound(formulas, 1) + 1, column - LBound(formulas, 2) + 1)
                RememberColumn used.Worksheet.Name, cell.Column
                cell.ClearContents
                If cell.Interior.Color = RGB(242, 242, 242) Then cell.Interior.ColorIndex = NO_FILL
            End If
        Next column
    Next row
End Sub

Private Function IsLink(ByVal formula As String) As Boolean
    IsLink = False
    If Left(formula, 11) <> "=HYPERLINK(" Then Exit Function
    IsLink = Left(formula, Len(Told("results")) + 16) = "=HYPERLINK(""#'" & Told("results") & "'!"
    If Left(formula, Len(Told("returned")) + 16) = "=HYPERLINK(""#'" & Told("returned") & "'!" Then IsLink = True
End Function

Private Sub NoteLink(ByVal sheet As Object, ByVal sheetRow As Long, ByVal listRow As Long)
    Dim place As Long
    For place = 0 To links - 1
        If linkSheet(place) = sheet.Name And linkRow(place) = sheetRow Then Exit For
    Next place
    If place = links Then
        ReDim Preserve linkSheet(0 To links): ReDim Preserve linkRow(0 To links)
        ReDim Preserve linkNumbers(0 To links): ReDim Preserve linkTarget(0 To links)
        linkSheet(links) = sheet.Name: linkRow(links) = sheetRow: linkTarget(links) = listRow: linkNumbers(links) = CStr(listRow - 1)
        links = links + 1
    ElseIf UBound(Split(linkNumbers(place), Told("link_between"))) < MOST - 1 And LastOf(linkNumbers(place)) <> CStr(listRow - 1) Then
        linkNumbers(place) = linkNumbers(place) & Told("link_between") & CStr(listRow - 1)
    End If
End Sub

Private Function LastOf(ByVal numbers As String) As String
    Dim parts As Variant
    parts = Split(numbers, Told("link_between"))
    LastOf = CStr(parts(UBound(parts)))
End Function

Private Function HeadText(ByVal sheetName As String) As String
    Dim place As Long
    HeadText = Told("link_head")
    For place = 0 To links - 1
        If linkSheet(place) = sheetName And linkRow(place) = 1 Then HeadText = HeadText & Told("link_first") & linkNumbers(place) & Told("link_last")
    Next place
End Function

Private Function HeadTarget(ByVal sheetName As String) As Long
    Dim place As Long
    HeadTarget = 1
    For place = 0 To links - 1
        If linkSheet(place) = sheetName And linkRow(place) = 1 Then HeadTarget = linkTarget(place)
    Next place
End Function

Private Sub PutLink(ByVal cell As Object, ByVal target As Long, ByVal text As String)
    ' Never over what a person typed.
    If Not IsEmpty(cell.Value) And Not IsLink(CStr(cell.Formula)) Then Exit Sub
    cell.NumberFormat = "General"
    cell.Formula = "=HYPERLINK(""#'" & Told("results") & "'!A" & CStr(target) & """,""" & text & """)"
    cell.Interior.Color = RGB(242, 242, 242)
End Sub

Private Sub RememberColumn(ByVal sheetName As String, ByVal column As Long)
    Dim place As Long
    For place = 0 To linkColumns - 1
        If columnSheet(place) = sheetName Then Exit Sub
    Next place
    ReDim Preserve columnSheet(0 To linkColumns): ReDim Preserve columnPlace(0 To linkColumns)
    columnSheet(linkColumns) = sheetName: columnPlace(linkColumns) = column
    linkColumns = linkColumns + 1
End Sub

Private Function ColumnOf(ByVal sheet As Object, ByVal memorySheet As Object) As Long
    ' Right of all that the sheet holds and prints.
    Dim place As Long, used As Object, last As Long, printed As String, row As Long
    For place = 0 To linkColumns - 1
        If columnSheet(place) = sheet.Name Then
            ColumnOf = columnPlace(place)
            Exit Function
        End If
    Next place
    Set used = sheet.UsedRange
    last = used.Column + used.Columns.Count - 1
    printed = Replace(PrintedArea(sheet), "$", "")
    If printed <> "" Then
        Set used = sheet.Range(Mid(printed, InStrRev(printed, ",") + 1))
        If used.Column + used.Columns.Count - 1 > last Then last = used.Column + used.Columns.Count - 1
    Else
        printed = Replace(sheet.Range(sheet.Cells(1, 1), sheet.Cells(used.Row + used.Rows.Count - 1, last)).Address, "$", "")
        row = FIRST_RECORD
        Do While CStr(memorySheet.Cells(row, 4).Value) <> ""
            row = row + 1
        Loop
        Remember memorySheet, row, sheet.Name, Told("area"), "", printed
        PrintOnly sheet, printed
    End If
    ColumnOf = last + LINK_GAP
    RememberColumn sheet.Name, ColumnOf
End Function

Public Sub PrintAsBefore(ByVal book As Object, ByVal memorySheet As Object)
    ' Print areas that sheets got for their links go again.
    Dim row As Long, last As Long, sheet As Object
    If memorySheet Is Nothing Then Exit Sub
    last = FIRST_RECORD - 1
    Do While CStr(memorySheet.Cells(last + 1, 4).Value) <> ""
        last = last + 1
    Loop
    For row = last To FIRST_RECORD Step -1
        If CStr(memorySheet.Cells(row, 5).Value) = Told("area") Then
            Set sheet = SheetOf(book, CStr(memorySheet.Cells(row, 4).Value))
            If Not sheet Is Nothing Then PrintOnly sheet, ""
            Forget memorySheet, row, last
            last = last - 1
        End If
    Next row
    If last < FIRST_RECORD Then memorySheet.Range("D1:G1").ClearContents
End Sub

Private Function PrintedArea(ByVal sheet As Object) As String
    On Error Resume Next
    PrintedArea = CStr(sheet.PageSetup.PrintArea)
    On Error GoTo 0
End Function

Public Sub PrintOnly(ByVal sheet As Object, ByVal area As String)
    ' Excel refuses on a computer without any printer.
    On Error Resume Next
    sheet.PageSetup.PrintArea = area
    On Error GoTo 0
End Sub
