Option Explicit
' The sheet of results without COM: what was found, what a unit explained of it, and links to the cells.

Private Const TOP As Long = -4160
Private Const COLUMNS_OF_RESULTS As Long = 13
Private Const LONGEST_LITERAL As Long = 250

Private keptKey() As String, keptText() As String, keptSeen() As Boolean, kept As Long, explainedRows As Long

Public Function WriteResults(ByVal book As Object, ByRef fields() As Variant, ByVal count As Long, ByVal only As String) As Long
    ' The sheet of results; what a unit explained is carried over, and stays at the end where its finding has gone. only: rows of other
    ' sheets than this one stay as they are, behind the rest. Returns how many findings to explain are explained.
    Dim sheet As Object, number As Long, column As Long, before As Object, row As Long
    Set sheet = SheetOf(book, Told("results"))
    kept = 0: explainedRows = 0
    If sheet Is Nothing Then
        Set before = book.ActiveSheet
        Set sheet = book.Worksheets.Add(After:=book.Worksheets(book.Worksheets.Count))
        sheet.Name = Told("results")
        before.Activate
    Else
        If sheet.ProtectContents Then Exit Function
        KeepExplanations sheet, only
        sheet.Cells.ClearContents
    End If
    For column = 1 To COLUMNS_OF_RESULTS
        sheet.Cells(1, column).Value = Told("column_" & CStr(column))
        sheet.Cells(1, column).Font.Bold = True
        sheet.Columns(column).ColumnWidth = Choose(column, 6, 15, 10, 10, 20, 11, 20, 20, 20, 46, 38, 30, 10)
    Next column
    row = 1
    For number = 0 To count - 1
        row = row + 1
        WriteResult sheet, row, fields(number)
    Next number
    WriteResults = explainedRows
    For number = 0 To kept - 1
        If Not keptSeen(number) Then
            row = row + 1
            KeepRow sheet, row, number, Told("status_mended")
        End If
    Next number
    For number = 0 To kept - 1
        If only <> "" And KeptField(number, 5) <> only Then
            row = row + 1
            KeepRow sheet, row, number, KeptField(number, 13)
        End If
    Next number
End Function

Private Sub KeepRow(ByVal sheet As Object, ByVal row As Long, ByVal number As Long, ByVal status As String)
    Dim column As Long
    For column = 2 To 12
        PutText sheet.Cells(row, column), KeptField(number, column)
    Next column
    PutCellLink sheet.Cells(row, 6), KeptField(number, 5), KeptField(number, 6)
    sheet.Cells(row, 1).Value = row - 1
    PutText sheet.Cells(row, 13), status
End Sub

Private Sub KeepExplanations(ByVal sheet As Object, ByVal only As String)
    Dim row As Long, column As Long
    row = 2
    Do While CStr(sheet.Cells(row, 10).Value) <> ""
        ReDim Preserve keptKey(0 To kept): ReDim Preserve keptText(0 To kept): ReDim Preserve keptSeen(0 To kept)
        keptText(kept) = ""
        For column = 1 To COLUMNS_OF_RESULTS
            keptText(kept) = keptText(kept) & CStr(sheet.Cells(row, column).Value) & Chr(31)
        Next column
        keptKey(kept) = KeptField(kept, 4) & vbTab & KeptField(kept, 5) & vbTab & KeptField(kept, 7) & vbTab & KeptField(kept, 8)
        keptSeen(kept) = (KeptField(kept, 12) = "") Or (only <> "" And KeptField(kept, 5) <> only)
        kept = kept + 1
        row = row + 1
    Loop
End Sub

Private Function KeptField(ByVal number As Long, ByVal column As Long) As String
    KeptField = CStr(Split(keptText(number), Chr(31))(column - 1))
End Function

Private Sub WriteResult(ByVal sheet As Object, ByVal row As Long, ByVal item As Variant)
    Dim number As Long, status As String, explanation As String
    status = Told("status_new")
    For number = 0 To kept - 1
        If keptKey(number) = item(2) & vbTab & item(4) & vbTab & item(6) & vbTab & item(7) Then
            status = Told("status_kept")
            explanation = KeptField(number, 12)
            If explanation <> "" And TreatmentOf(CStr(item(1))) = 2 Then
                status = Told("status_explained"): explainedRows = explainedRows + 1
            End If
            keptSeen(number) = True
            Exit For
        End If
    Next number
    sheet.Cells(row, 1).Value = row - 1
    PutText sheet.Cells(row, 2), CStr(item(0))
    PutText sheet.Cells(row, 3), CStr(item(1))
    PutText sheet.Cells(row, 4), CStr(item(2))
    PutText sheet.Cells(row, 5), CStr(item(4))
    PutCellLink sheet.Cells(row, 6), CStr(item(4)), CStr(item(5))
    For number = 6 To 10
        PutText sheet.Cells(row, number + 1), CStr(item(number))
    Next number
    PutText sheet.Cells(row, 12), explanation
    PutText sheet.Cells(row, 13), status
End Sub

Private Sub PutCellLink(ByVal cell As Object, ByVal sheetName As String, ByVal cellName As String)
    Dim link As String
    link = "#'" & Replace(sheetName, "'", "''") & "'!" & Split(cellName & ",", ",")(0)
    If cellName <> "" And Len(link) <= LONGEST_LITERAL And Len(cellName) <= LONGEST_LITERAL Then
        cell.NumberFormat = "General"
        cell.Formula = "=HYPERLINK(""" & Replace(link, """", """""") & """,""" & cellName & """)"
    Else
        PutText cell, cellName
    End If
End Sub

Private Sub PutText(ByVal cell As Object, ByVal text As String)
    ' As text, always: "=30000" must not become a formula.
    cell.NumberFormat = "@"
    cell.Value = text
    cell.WrapText = True
    cell.VerticalAlignment = TOP
End Sub
