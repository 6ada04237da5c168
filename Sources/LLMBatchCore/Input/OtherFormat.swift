/// An unexpected file format, recognised by its first bytes.
package enum OtherFormat: Sendable, Hashable {
    /// A compressed or archived text, with the shell command that decompresses it.
    case compressed(String, command: String)
    case spreadsheet, parquet, sqlite
    /// Any other format that is not text.
    case binary(String)
    /// Text in an encoding other than UTF-8, with its name for `iconv`.
    case encoded(String, name: String)

    /// The expected content.
    package enum Wanted: Sendable {
        case requests, rows, portableFile

        /// What reads the file once it is converted.
        var reader: Remedy.Reader {
            switch self {
            case .requests: .requests()
            case .rows: .rows()
            case .portableFile: .portableFile
            }
        }
    }

    /// Nil for bytes that may be UTF-8 text.
    package init?(_ bytes: [UInt8]) {
        func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        if let (_, kind) = Self.signatures.first(where: { bytes.starts(with: $0.0) }) {
            self = kind
        } else if begins("PK\u{3}\u{4}") {
            let isSheet = ["[Content_Types].xml", "xl/", "opendocument.spreadsheet"].contains {
                bytes.prefix(4096).firstRange(of: Array($0.utf8)) != nil
            }
            self = isSheet ? .spreadsheet : .compressed("a ZIP archive", command: "unzip -p")
        } else if begins("SQLite format 3\0") {
            self = .sqlite
        } else if begins("BZh"), bytes.dropFirst(4).starts(with: [0x31, 0x41, 0x59]) {
            self = .compressed("bzip2", command: "bzip2 -dc")
        } else if begins("PAR1"), bytes.count > 4, bytes[4] < 0x20, ![0x09, 0x0A, 0x0D].contains(bytes[4]) {
            self = .parquet
        } else {
            return nil
        }
    }

    private static let signatures: [([UInt8], OtherFormat)] = [
        ([0x1F, 0x8B], .compressed("gzip", command: "gzip -dc")),
        ([0x28, 0xB5, 0x2F, 0xFD], .compressed("Zstandard", command: "zstd -dc")),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], .compressed("xz", command: "xz -dc")),
        ([0x04, 0x22, 0x4D, 0x18], .compressed("LZ4", command: "lz4 -dc")),
        ([0xD0, 0xCF, 0x11, 0xE0], .spreadsheet),
        ([0x25, 0x50, 0x44, 0x46, 0x2D], .binary("a PDF")),
        ([0x41, 0x52, 0x52, 0x4F, 0x57, 0x31], .binary("an Arrow file")),
        ([0x4F, 0x62, 0x6A, 0x01], .binary("an Avro file")),
        ([0x89, 0x50, 0x4E, 0x47], .binary("a picture")), ([0xFF, 0xD8, 0xFF], .binary("a picture")),
    ]

    /// Detects text that is not UTF-8, for readers that accept only UTF-8. Nil for bytes that may be UTF-8.
    package static func encoding(of bytes: [UInt8]) -> OtherFormat? {
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            return .encoded("UTF-32", name: "UTF-32")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return .encoded("UTF-16", name: "UTF-16")
        }
        guard bytes.contains(0) else { return nil }
        guard case .known(let encoding) = EncodingGuess(bytes, isWhole: false) else { return .binary("not text") }
        return .encoded(encoding.title, name: encoding.rawValue.uppercased())
    }

    private static let parquetToLines =
        "python3 -c 'import sys, pandas; pandas.read_parquet(sys.argv[1]).to_json(sys.stdout, orient=\"records\", lines=True)'"

    /// The error that states the format and how to convert it.
    package func refusal(of name: String, wanted: Wanted) -> LLMBatchError {
        let file = ShellWord.quoted(name == "standard input" ? "FILE" : name)
        func convert(_ advice: String, _ shell: String) -> Remedy {
            Remedy(advice, .convert(shell: "\(shell) \(file)", then: wanted.reader))
        }
        let (what, remedy): (String, Remedy) =
            switch self {
            case .compressed(let title, let command): ("is compressed (\(title))", convert("Decompress it", command))
            case .spreadsheet:
                ("is a spreadsheet", Remedy("Save it as CSV (in Excel: CSV UTF-8)", .runTypedJob(file: "FILE.csv")))
            case .parquet:
                (
                    "is a Parquet file",
                    Remedy(
                        "Write it as JSON lines",
                        .convert(shell: "\(Self.parquetToLines) \(file)", then: .rows(format: "jsonl")))
                )
            case .sqlite:
                (
                    "is a SQLite file",
                    Remedy("If it is an export, import it", .importFile(name == "standard input" ? "FILE" : name))
                )
            case .binary(let title): ("is \(title)", "Pass a text file")
            case .encoded(let title, let code):
                ("is \(title) text, and must be UTF-8", convert("Convert it", "iconv -f \(code) -t UTF-8"))
            }
        let text: String =
            switch wanted {
            case .requests: "request lines"
            case .rows: "rows"
            case .portableFile: "an exported batch"
            }
        let place = if case .encoded = self { "" } else { ", not \(text)" }
        return LLMBatchError(.invalidInput, "\(name) \(what)\(place)", remedy: remedy)
    }
}
