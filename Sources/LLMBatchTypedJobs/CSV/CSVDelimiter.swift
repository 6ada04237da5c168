import LLMBatchCore
import LLMBatchSchema

/// The character between the cells of a row.
package struct CSVDelimiter: Sendable, Hashable {
    /// The character; nil in a single-column file, which has no delimiter.
    package let byte: UInt8?

    package static let comma = CSVDelimiter(byte: UInt8(ascii: ","))
    package static let semicolon = CSVDelimiter(byte: UInt8(ascii: ";"))
    package static let tab = CSVDelimiter(byte: 0x09)
    package static let pipe = CSVDelimiter(byte: UInt8(ascii: "|"))
    package static let none = CSVDelimiter(byte: nil)

    /// The delimiters that are detected automatically.
    static let usual = [comma, semicolon, tab, pipe]

    private static let names: [(String, CSVDelimiter)] = [
        ("comma", comma), ("semicolon", semicolon), ("tab", tab), ("pipe", pipe), ("none", none),
    ]

    private init(byte: UInt8?) { self.byte = byte }

    /// Accepts an ASCII character that is not a quote, a letter, a digit or a line break.
    package init?(character: UInt8) {
        let isUsable = character == 0x09 || character >= 0x20 && character < 0x7F
        let isTaken =
            character == UInt8(ascii: "\"") || character.isDigit
            || UInt8(ascii: "a")...UInt8(ascii: "z") ~= character | 0x20
        guard isUsable, !isTaken else { return nil }
        byte = character
    }

    /// Parses a name (`comma`, `semicolon`, `tab`, `pipe`, `none`) or the character itself; `\t` is a tab.
    package init?(name: String) {
        if let known = Self.names.first(where: { $0.0 == name.lowercased() }) {
            self = known.1
        } else if name == "\\t" {
            self = .tab
        } else if let only = name.utf8.first, name.utf8.count == 1 {
            self.init(character: only)
        } else {
            return nil
        }
    }

    /// The name of the delimiter, as in options.
    package var name: String {
        if let known = Self.names.first(where: { $0.1 == self }) { return known.0 }
        return byte.map { "'\(Character(UnicodeScalar($0)))'" } ?? ""
    }

    /// The format of a file with this delimiter.
    package var title: String { byte == nil ? "one column" : "\(name)-separated" }
}
