import LLMBatchCore
import LLMBatchSchema

/// Parses the records of a CSV text (RFC 4180) chunk by chunk, holding one record in memory.
///
/// White space is part of its cell. A cell is quoted only if it starts with the quote. A quote elsewhere in an unquoted
/// cell is refused, unless only white space precedes it, which makes it literal text. A record ends at LF or CRLF, or
/// at CR in a file without LF.
struct CSVParser {
    /// The cells of a line, or of several lines when a quoted cell contains line breaks.
    struct Record {
        /// The line on which the record starts, from 1.
        let line: Int
        fileprivate(set) var bytes: [UInt8] = []
        fileprivate(set) var ends: [Int] = []
        /// True for an empty line, without even quotes.
        var isBlank: Bool { ends.count == 1 && bytes.isEmpty && !hasQuotes }
        /// True for a line of white space, which is not a row of a table with several columns.
        var isSpace: Bool { ends.count == 1 && !hasQuotes && bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
        fileprivate var hasQuotes = false

        subscript(cell: Int) -> ArraySlice<UInt8> { bytes[(cell == 0 ? 0 : ends[cell - 1])..<ends[cell]] }
        var cells: [String] { ends.indices.map { String(decoding: self[$0], as: UTF8.self) } }
    }

    /// A violation of RFC 4180.
    struct Problem: Error {
        let line: Int
        let reason: String
    }

    /// A longer record is refused: an unclosed quote would swallow the rest of the file.
    static let longest = 16 * 1024 * 1024

    private enum State { case start, plain, literal, quoted, closed }

    private let delimiter: UInt8?
    private let endsAtReturn: Bool
    private var state = State.start
    private var record: Record
    private var line: Int
    /// A CR that may be the first half of a line break.
    private var hasReturn = false
    private var wasReturn = false
    /// The first line on which white space precedes a quote, which makes the quotes literal text.
    private(set) var literalQuotes: Int?

    init(_ delimiter: CSVDelimiter, endsAtReturn: Bool, line: Int = 1) {
        self.delimiter = delimiter.byte
        self.endsAtReturn = endsAtReturn
        self.line = line
        record = Record(line: line)
    }

    /// The records that end in this chunk of UTF-8.
    mutating func records(in text: [UInt8]) throws(Problem) -> [Record] {
        var found: [Record] = []
        for byte in text {
            if hasReturn {
                hasReturn = false
                if byte == 0x0A {
                    line += 1
                    found.append(ended())
                    continue
                }
                guard endsAtReturn else {
                    throw Problem(line: record.line, reason: "a carriage return appears in an unquoted cell")
                }
                line += 1
                found.append(ended())
            }
            if try take(byte) { found.append(ended()) }
        }
        return found
    }

    /// The last record, when it does not end with a line break.
    mutating func rest() throws(Problem) -> Record? {
        if state == .quoted {
            throw Problem(line: record.line, reason: "a quote in the row that starts here is not closed")
        }
        if hasReturn { line += 1 } else if state == .start, record.ends.isEmpty { return nil }
        hasReturn = false
        return ended()
    }

    /// - Returns: true when the record ends with this byte.
    private mutating func take(_ byte: UInt8) throws(Problem) -> Bool {
        if state == .quoted {
            quoted(byte)
        } else if byte == delimiter {
            endCell()
        } else if byte == 0x0A {
            line += 1
            return true
        } else if byte == 0x0D {
            hasReturn = true
        } else if byte == UInt8(ascii: "\"") {
            try quote()
        } else {
            guard state != .closed else {
                throw Problem(
                    line: record.line, reason: "text follows the closing quote of a cell: double the quotes inside it")
            }
            if state == .start { state = .plain }
            record.bytes.append(byte)
        }
        guard record.bytes.count <= Self.longest else {
            let reason =
                state == .quoted ? "a quote in the row that starts here is not closed" : "the row is longer than 16 MiB"
            throw Problem(line: record.line, reason: reason)
        }
        return false
    }

    private mutating func quoted(_ byte: UInt8) {
        // Lines are counted as in an editor, also within quotes.
        if byte == 0x0A && !wasReturn || byte == 0x0D { line += 1 }
        wasReturn = byte == 0x0D
        if byte == UInt8(ascii: "\"") { state = .closed } else { record.bytes.append(byte) }
    }

    private mutating func quote() throws(Problem) {
        let quote = UInt8(ascii: "\"")
        switch state {
        case .start:
            state = .quoted
            record.hasQuotes = true
            wasReturn = false
        case .closed:
            record.bytes.append(quote)
            state = .quoted
        case .literal: record.bytes.append(quote)
        case .plain, .quoted:
            let cell = record.bytes[(record.ends.last ?? 0)...]
            guard cell.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else {
                throw Problem(
                    line: record.line,
                    reason: "quotes appear in an unquoted cell: quote the cell and double the quotes inside it")
            }
            literalQuotes = literalQuotes ?? line
            state = .literal
            record.bytes.append(quote)
        }
    }

    private mutating func endCell() {
        record.ends.append(record.bytes.count)
        state = .start
    }

    private mutating func ended() -> Record {
        endCell()
        defer { record = Record(line: line) }
        return record
    }
}
