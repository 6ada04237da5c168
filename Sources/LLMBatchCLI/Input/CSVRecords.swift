import LLMBatch

/// Cuts the bytes of a CSV file into records, one at a time, so that a file of any size is read in little memory.
///
/// A record ends at a line break outside of quotes (RFC 4180).
struct CSVRecords {
    /// A record without its line break, and the line on which it begins.
    struct Record {
        let line: Int
        let bytes: [UInt8]
    }

    /// A longer record is refused: a quote that does not end would swallow the rest of the file.
    static let longest = 16 * 1024 * 1024

    private var pending: [UInt8] = []
    private var isQuoted = false
    private var line = 1
    private var begins = 1

    /// The records that end in this chunk.
    ///
    /// - Throws: the line on which a record begins that does not end.
    mutating func records(in chunk: [UInt8]) throws(Unended) -> [Record] {
        var found: [Record] = []
        for byte in chunk {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == 0x0A { line += 1 }
            if byte == 0x0A, !isQuoted {
                found.append(take())
            } else {
                pending.append(byte)
                if pending.count > Self.longest { throw Unended(line: begins) }
            }
        }
        return found
    }

    /// The last record, when it does not end in a line break.
    mutating func rest() throws(Unended) -> Record? {
        guard !isQuoted else { throw Unended(line: begins) }
        return pending.isEmpty ? nil : take()
    }

    private mutating func take() -> Record {
        if pending.last == 0x0D { pending.removeLast() }
        defer {
            pending.removeAll(keepingCapacity: true)
            begins = line
        }
        return Record(line: begins, bytes: pending)
    }

    /// A quote does not end.
    struct Unended: Error {
        let line: Int
    }
}
