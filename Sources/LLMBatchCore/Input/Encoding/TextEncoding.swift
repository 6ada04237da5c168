/// The encoding of a text file.
package enum TextEncoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "utf-8"
    case utf16LE = "utf-16le"
    case utf16BE = "utf-16be"
    case windows1250 = "windows-1250"
    case windows1251 = "windows-1251"
    case windows1252 = "windows-1252"
    case windows1253 = "windows-1253"
    case windows1254 = "windows-1254"
    case latin1 = "iso-8859-1"
    case latin2 = "iso-8859-2"
    case latin9 = "iso-8859-15"
    case macRoman = "macintosh"
    case ibm850 = "ibm850"

    /// Parses a common name of an encoding; nil for an unknown one.
    package init?(name: String) {
        let bare = name.lowercased().filter { $0.isLetter || $0.isNumber }
        guard let found = Self.allCases.first(where: { $0.rawValue.filter { $0 != "-" } == bare }) ?? Self.aliases[bare]
        else { return nil }
        self = found
    }

    private static let aliases: [String: TextEncoding] = [
        "utf8sig": .utf8, "utf8bom": .utf8, "ascii": .utf8, "usascii": .utf8,
        // The Windows names; a byte order mark overrides them.
        "utf16": .utf16LE, "unicode": .utf16LE,
        "cp1250": .windows1250, "cp1251": .windows1251, "cp1252": .windows1252, "cp1253": .windows1253,
        "cp1254": .windows1254, "ansi": .windows1252, "latin1": .latin1, "latin2": .latin2, "latin9": .latin9,
        "macroman": .macRoman, "mac": .macRoman, "cp850": .ibm850,
    ]

    /// The name for display.
    package var title: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16LE: "UTF-16 LE"
        case .utf16BE: "UTF-16 BE"
        case .latin1: "ISO-8859-1"
        case .latin2: "ISO-8859-2"
        case .latin9: "ISO-8859-15"
        case .macRoman: "Mac OS Roman"
        case .ibm850: "IBM 850"
        default: rawValue.prefix(1).uppercased() + rawValue.dropFirst()
        }
    }

    /// The byte order mark of the encoding; empty where it has none.
    package var mark: [UInt8] {
        switch self {
        case .utf8: [0xEF, 0xBB, 0xBF]
        case .utf16LE: [0xFF, 0xFE]
        case .utf16BE: [0xFE, 0xFF]
        default: []
        }
    }
}
