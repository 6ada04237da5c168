package import LLMBatchCore
import LLMBatchSchema

/// Converts complete CSV texts to cells and back, for small texts such as those of a test.
package enum CSVReading {
    /// The cells of every record that is not blank; nil when the text cannot be parsed.
    ///
    /// - Parameter chunk: how many bytes the parser gets at a time.
    package static func cells(
        _ bytes: [UInt8], _ delimiter: CSVDelimiter, _ encoding: TextEncoding = .utf8, chunk: Int
    ) -> [[String]]? {
        var decoder = TextDecoder(encoding)
        var parser = CSVParser(delimiter, endsAtReturn: !bytes.contains(0x0A))
        var records: [CSVParser.Record] = []
        do {
            for start in stride(from: 0, to: bytes.count, by: chunk) {
                records += try parser.records(
                    in: try decoder.text(of: Array(bytes[start..<min(bytes.count, start + chunk)])))
            }
            try decoder.end()
            if let last = try parser.rest() { records.append(last) }
        } catch {
            return nil
        }
        return records.filter { !$0.isBlank }.map(\.cells)
    }

    /// The text of cells, each in quotes.
    package static func text(of records: [[String]], _ delimiter: CSVDelimiter) -> [UInt8] {
        var text: [UInt8] = []
        for record in records {
            for (index, cell) in record.enumerated() {
                if index > 0, let byte = delimiter.byte { text.append(byte) }
                text += Array("\"\(cell.replacing("\"", with: "\"\""))\"".utf8)
            }
            text += [0x0D, 0x0A]
        }
        return text
    }
}
