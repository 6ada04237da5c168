/// What a file is that is not what was asked for, by its first bytes.
package enum OtherFormat: Sendable, Hashable {
    /// Text that a program has packed; the command that unpacks it.
    case packed(String, command: String)
    case spreadsheet, parquet, sqlite
    /// Anything else that is not text.
    case binary(String)
    /// Text in another encoding than UTF-8, by its name for `iconv`.
    case encoded(String, name: String)

    /// What was asked for.
    package enum Wanted: Sendable {
        case requests, rows, portableFile

        /// The command that takes it from standard input.
        var command: String {
            switch self {
            case .requests: "llmbatch run - …"
            case .rows: "llmbatch job run - --format csv|jsonl …"
            case .portableFile: "llmbatch import -"
            }
        }
    }

    /// Nil for what may be text in UTF-8.
    package init?(_ bytes: [UInt8]) {
        func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        if let (_, kind) = Self.signatures.first(where: { bytes.starts(with: $0.0) }) {
            self = kind
        } else if begins("PK\u{3}\u{4}") {
            let isSheet = ["[Content_Types].xml", "xl/", "opendocument.spreadsheet"].contains {
                bytes.prefix(4096).firstRange(of: Array($0.utf8)) != nil
            }
            self = isSheet ? .spreadsheet : .packed("a ZIP archive", command: "unzip -p")
        } else if begins("SQLite format 3\0") {
            self = .sqlite
        } else if begins("BZh"), bytes.dropFirst(4).starts(with: [0x31, 0x41, 0x59]) {
            self = .packed("bzip2", command: "bzip2 -dc")
        } else if begins("PAR1"), bytes.count > 4, bytes[4] < 0x20, ![0x09, 0x0A, 0x0D].contains(bytes[4]) {
            self = .parquet
        } else {
            return nil
        }
    }

    private static let signatures: [([UInt8], OtherFormat)] = [
        ([0x1F, 0x8B], .packed("gzip", command: "gzip -dc")),
        ([0x28, 0xB5, 0x2F, 0xFD], .packed("Zstandard", command: "zstd -dc")),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], .packed("xz", command: "xz -dc")),
        ([0x04, 0x22, 0x4D, 0x18], .packed("LZ4", command: "lz4 -dc")),
        ([0xD0, 0xCF, 0x11, 0xE0], .spreadsheet),
        ([0x25, 0x50, 0x44, 0x46, 0x2D], .binary("a PDF")),
        ([0x41, 0x52, 0x52, 0x4F, 0x57, 0x31], .binary("an Arrow file")),
        ([0x4F, 0x62, 0x6A, 0x01], .binary("an Avro file")),
        ([0x89, 0x50, 0x4E, 0x47], .binary("a picture")), ([0xFF, 0xD8, 0xFF], .binary("a picture")),
    ]

    /// Text that is not UTF-8, for readers that take nothing else. Nil for what may be.
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

    /// The error that says what the file is, and the command that makes of it what is wanted.
    package func refusal(of name: String, wanted: Wanted) -> LLMBatchError {
        let file = ShellWord.quoted(name == "standard input" ? "FILE" : name)
        let (what, hint): (String, String) =
            switch self {
            case .packed(let title, let command):
                ("is packed (\(title))", "Unpack it on the way: \(command) \(file) | \(wanted.command)")
            case .spreadsheet:
                (
                    "is a spreadsheet",
                    "Save it as CSV (in Excel: CSV UTF-8), then: llmbatch job run FILE.csv --prompt …"
                )
            case .parquet:
                (
                    "is a Parquet file",
                    "Write it as JSON lines on the way: "
                        + "python3 -c 'import sys, pandas; pandas.read_parquet(sys.argv[1]).to_json(sys.stdout, orient=\"records\", lines=True)' \(file)"
                        + " | llmbatch job run - --format jsonl --prompt …"
                )
            case .sqlite: ("is a SQLite file", "If llmbatch export wrote it: llmbatch import \(file)")
            case .binary(let title): ("is \(title)", "Give a text file")
            case .encoded(let title, let code):
                (
                    "is \(title) text, and must be UTF-8",
                    "Write it again on the way: iconv -f \(code) -t UTF-8 \(file) | \(wanted.command)"
                )
            }
        let text: String =
            switch wanted {
            case .requests: "request lines"
            case .rows: "rows"
            case .portableFile: "a file that llmbatch export wrote"
            }
        let place = if case .encoded = self { "" } else { ", not \(text)" }
        return LLMBatchError(.invalidInput, "\(name) \(what)\(place)", hint: hint)
    }
}

/// A word as a shell takes it.
package enum ShellWord {
    package static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy {
                $0.isDigit || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || "_./~-".utf8.contains($0)
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
