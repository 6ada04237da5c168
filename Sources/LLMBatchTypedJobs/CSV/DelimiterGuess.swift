import LLMBatchCore
import LLMBatchSchema

/// Detects the delimiter of a file from its beginning: it splits the header into columns, and every row into the same
/// number.
///
/// Makes no guess where two delimiters qualify, or none does.
struct DelimiterGuess {
    /// The file as split by one delimiter.
    struct Reading {
        let delimiter: CSVDelimiter
        /// The cells of the first line that is not blank.
        var header: [String] = []
        /// The number of rows below it, and their numbers of cells.
        var rows = 0
        var sizes: Set<Int> = []
        /// Rows with as many cells as the header.
        var fitting = 0
        /// True when the text violates the rules for quotes.
        var isBroken = false

        var isFull: Bool { !isBroken && fitting == rows }

        init(_ text: [UInt8], _ delimiter: CSVDelimiter, endsAtReturn: Bool, isWhole: Bool) {
            self.delimiter = delimiter
            var parser = CSVParser(delimiter, endsAtReturn: endsAtReturn)
            do throws(CSVParser.Problem) {
                // In parts, so that text before an error counts.
                for start in stride(from: 0, to: text.count, by: 4096) {
                    take(try parser.records(in: Array(text[start..<min(text.count, start + 4096)])))
                }
                if isWhole, let last = try parser.rest() { take([last]) }
            } catch {
                isBroken = true
            }
        }

        private mutating func take(_ records: [CSVParser.Record]) {
            for record in records where !record.isBlank {
                guard !header.isEmpty else {
                    header = record.cells
                    continue
                }
                if header.count > 1, record.isSpace { continue }
                rows += 1
                sizes.insert(record.ends.count)
                if record.ends.count == header.count { fitting += 1 }
            }
        }
    }

    /// The delimiter; nil when the readings are ambiguous.
    private(set) var delimiter: CSVDelimiter?
    /// The possible readings. A single one means that its header has one column and its rows have more.
    private(set) var readings: [Reading] = []

    /// - Parameters:
    ///   - likely: the likely delimiter, by the file's name.
    ///   - isWhole: true when the text is complete.
    init(_ text: [UInt8], likely: CSVDelimiter, endsAtReturn: Bool, isWhole: Bool) {
        let all = CSVDelimiter.usual.map { Reading(text, $0, endsAtReturn: endsAtReturn, isWhole: isWhole) }
        let split = all.filter { $0.header.count > 1 }
        let full = split.filter(\.isFull)
        if full.count == 1 || full.count > 1 && full[0].rows == 0 {
            delimiter = full[0].delimiter
        } else if full.contains(where: { $0.delimiter == likely && likely != .comma }) {
            delimiter = likely
        } else if full.count > 1 {
            readings = full
        } else if split.isEmpty {
            // One column, unless all rows are split alike and only the header is not.
            let odd = all.filter { !$0.isBroken && $0.sizes.count == 1 && $0.sizes.first ?? 1 > 1 }
            if odd.isEmpty { delimiter = likely } else { readings = odd }
        } else {
            choose(among: split)
        }
    }

    /// None fits every row: one that fits nearly all is chosen, and a row that it does not fit is refused when it is
    /// read.
    private mutating func choose(among split: [Reading]) {
        let sorted = split.sorted { $0.fitting > $1.fitting }
        guard split.count > 1, let (best, next) = Optional((sorted[0], sorted[1])) else {
            delimiter = split[0].delimiter
            return
        }
        if best.fitting * 10 >= best.rows * 9, next.fitting * 2 < next.rows {
            delimiter = best.delimiter
        } else {
            readings = split
        }
    }
}
