/// A line of a CSV or TSV table in the form of RFC 4180.
struct DelimitedLine {
    let delimiter: Character

    func bytes(_ cells: [String]) -> [UInt8] {
        Array(cells.map(quoted).joined(separator: String(delimiter)).utf8)
    }

    /// Quotes cells that need it, and cells with leading or trailing white space, which some readers drop.
    private func quoted(_ cell: String) -> String {
        let special: Set<Unicode.Scalar> = Set(String(delimiter).unicodeScalars).union(["\"", "\n", "\r"])
        let isSpaced = cell.first?.isWhitespace == true || cell.last?.isWhitespace == true
        guard
            isSpaced
                || cell.unicodeScalars.contains(where: {
                    special.contains($0) || $0.properties.isWhitespace && $0 != " "
                })
        else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
}
