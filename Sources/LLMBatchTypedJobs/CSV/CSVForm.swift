package import LLMBatchCore
import LLMBatchSchema

/// The format of a CSV file, as given or detected from its beginning.
package struct CSVForm: Sendable {
    /// The given settings; nil members are detected from the file.
    package struct Choice: Sendable {
        package var delimiter: CSVDelimiter?
        package var encoding: TextEncoding?
        /// The likely delimiter, by the file's name or format.
        package var likely = CSVDelimiter.comma

        package init(
            delimiter: CSVDelimiter? = nil, encoding: TextEncoding? = nil, likely: CSVDelimiter = .comma
        ) {
            self.delimiter = delimiter
            self.encoding = encoding
            self.likely = likely
        }
    }

    package let delimiter: CSVDelimiter
    package let encoding: TextEncoding
    /// True where records end at CR, as in files from old Macs.
    let endsAtReturn: Bool
    /// True when the first line only declares the delimiter (`sep=;`).
    let hasSeparatorLine: Bool
    /// The names of the columns.
    package let header: [String]

    /// How much of a file is examined.
    static let prefixLength = 512 * 1024

    /// - Throws: `invalidInput` with the file: it is not text, or can be read in more than one way.
    init(_ file: FileBytes, name: String, choice: Choice) throws {
        let bytes = try file.prefix(Self.prefixLength)
        let isWhole = bytes.count < Self.prefixLength
        if let other = OtherFormat(bytes) { throw other.refusal(of: name, wanted: .rows) }
        encoding = try Self.encoding(of: bytes, name: name, choice: choice, isWhole: isWhole)
        var decoder = TextDecoder(encoding)
        var text: [UInt8]
        do throws(TextDecoder.Problem) { text = try decoder.text(of: bytes) } catch {
            throw CSVForm.refusal(name, error, encoding)
        }
        endsAtReturn = !text.contains(0x0A) && text.contains(0x0D)
        let separator = Self.separatorLine(text)
        hasSeparatorLine = separator != nil
        if let separator { text.removeFirst(separator.length) }
        let guess: DelimiterGuess?
        if let known = choice.delimiter ?? separator?.delimiter {
            (delimiter, guess) = (known, nil)
        } else {
            guess = DelimiterGuess(text, likely: choice.likely, endsAtReturn: endsAtReturn, isWhole: isWhole)
            guard let found = guess?.delimiter else { throw Self.doubt(name, guess?.readings ?? []) }
            delimiter = found
        }
        header =
            DelimiterGuess.Reading(text, delimiter, endsAtReturn: endsAtReturn, isWhole: isWhole).header
    }

    /// How a file is read where that was detected, so that its owner can check it.
    package struct Notice: Sendable {
        /// What was detected, as a sentence.
        package let text: String
        /// Whether the delimiter was detected, and could be given instead.
        package let detectsDelimiter: Bool
        /// Whether the encoding was detected, and could be given instead.
        package let detectsEncoding: Bool
    }

    /// A note on how the file is read; nil when all of it was given, or is usual for CSV.
    package func notice(of name: String, _ choice: Choice) -> Notice? {
        let isUsual = encoding == .utf8 && delimiter == choice.likely && header.count > 1
        let isSaid = choice.delimiter != nil && (choice.encoding != nil || encoding == .utf8)
        guard !isUsual, !isSaid, !header.isEmpty else { return nil }
        let cells = header.count == 1 ? "one column, \"\(header[0].prefix(60))\"" : delimiter.title
        return Notice(
            text: "Reading \(name) as \(cells), \(encoding.title).", detectsDelimiter: choice.delimiter == nil,
            detectsEncoding: choice.encoding == nil)
    }

    private static func encoding(
        of bytes: [UInt8], name: String, choice: Choice, isWhole: Bool
    ) throws -> TextEncoding {
        let marked = [TextEncoding.utf8, .utf16LE, .utf16BE].first { bytes.starts(with: $0.mark) }
        if let given = choice.encoding {
            guard let marked, marked != given else { return given }
            throw LLMBatchError(
                .invalidInput, "\(name) begins with the byte order mark of \(marked.title), and is not \(given.title)",
                remedy: Remedy(
                    "Nothing was stored; leave the encoding out, or name its own", .give(.encoding([marked.rawValue]))))
        }
        switch EncodingGuess(bytes, isWhole: isWhole) {
        case .known(let encoding): return encoding
        case .notText(let what): throw LLMBatchError(.invalidInput, "\(name) contains \(what)")
        case .doubtful(let reason):
            throw LLMBatchError(
                .invalidInput, "\(name) is not UTF-8, and its encoding cannot be determined: \(reason)",
                remedy: Remedy("Nothing was stored", .give(.encoding(TextEncoding.allCases.map(\.rawValue)))))
        }
    }

    /// Excel's declaration: `sep=` and the delimiter.
    private static func separatorLine(_ text: [UInt8]) -> (delimiter: CSVDelimiter, length: Int)? {
        let quote = UInt8(ascii: "\"")
        let line = text.prefix(8).prefix { $0 != 0x0A && $0 != 0x0D }
        var bare = line
        if bare.count > 2, bare.first == quote, bare.last == quote { bare = bare.dropFirst().dropLast() }
        guard bare.count == 5, String(decoding: bare.prefix(4), as: UTF8.self).lowercased() == "sep=",
            let delimiter = bare.last.flatMap(CSVDelimiter.init(character:))
        else { return nil }
        let after = text[line.count...]
        return (delimiter, line.count + (after.starts(with: [0x0D, 0x0A]) ? 2 : min(1, after.count)))
    }

    private static func doubt(_ name: String, _ readings: [DelimiterGuess.Reading]) -> LLMBatchError {
        func shown(_ header: [String]) -> String {
            let names = header.prefix(4).map { "\"\($0.prefix(40))\"" }.joined(separator: ", ")
            return header.count == 1
                ? "one column, \(names)" : "\(header.count) columns, \(names)\(header.count > 4 ? " …" : "")"
        }
        let first = readings.first
        guard let first, first.header.count > 1 else {
            let rows = readings.map { "\($0.sizes.first ?? 0) cells by \($0.delimiter.name)" }.joined(separator: " or ")
            return LLMBatchError(
                .invalidInput,
                "\(name) has a header of \(shown(first?.header ?? [])), and rows that would have \(rows)",
                remedy: Remedy(
                    "Nothing was stored; name the missing columns, or, if every line is a single cell, set the delimiter to none",
                    .give(.delimiter(["none"]))))
        }
        let ways = readings.map { "\($0.delimiter.title) (\(shown($0.header)))" }.joined(separator: " or ")
        return LLMBatchError(
            .invalidInput, "\(name) can be read as \(ways)",
            remedy: Remedy(
                "Nothing was stored; choose one", .give(.delimiter(readings.map(\.delimiter.name)))))
    }

    /// The error for a line that is not valid in the encoding.
    static func refusal(_ name: String, _ problem: TextDecoder.Problem, _ encoding: TextEncoding) -> LLMBatchError {
        LLMBatchError(
            .invalidInput, "\(name):\(problem.line): \(problem.reason)",
            remedy: Remedy(
                "Nothing was stored; correct the row, or name the file's encoding",
                .give(.encoding([encoding == .utf8 ? "windows-1252" : "NAME"]))))
    }
}
