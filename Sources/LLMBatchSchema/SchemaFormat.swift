import LLMBatchCore
import Foundation

/// The `format`s that are checked. Any other format does not affect validity.
enum SchemaFormat: String, CaseIterable {
    case dateTime = "date-time"
    case date, time, duration, email, hostname, uri, ipv4, ipv6, uuid
    case uriReference = "uri-reference"
    case jsonPointer = "json-pointer"
    case regex

    /// The format with a name; some generators have several names for one.
    init?(named name: String) {
        switch name {
        case "uuid1", "uuid2", "uuid3", "uuid4", "uuid5", "uuid6", "uuid7", "uuid8": self = .uuid
        default: self.init(rawValue: name)
        }
    }

    /// Formats that are known but not checked, so that they are not mistaken for misspelt ones.
    private static let others: Set<String> = [
        "idn-email", "idn-hostname", "iri", "iri-reference", "uri-template", "relative-json-pointer", "url", "urn",
        "ip", "path", "file-path", "directory-path", "password", "byte", "binary", "int32", "int64", "uint32",
        "uint64", "float", "double", "decimal", "color", "phone", "base64", "base64url", "e164", "jwt", "emoji",
        "cuid", "cuid2", "ulid", "xid", "ksuid", "nanoid", "guid", "cidrv4", "cidrv6", "mac", "json-string",
        "ipvanyaddress", "ipvanyinterface", "ipvanynetwork", "ipv4interface", "ipv6interface", "ipv4network",
        "ipv6network", "multi-host-uri", "name-email", "json", "xml", "html", "markdown", "text", "string", "date-span",
        "iso-time", "iso-date-time", "unix-time", "timestamp", "time-delta",
    ]

    /// The format that a misspelt name probably means.
    static func misspelt(_ name: String) -> String? {
        guard !others.contains(name) else { return nil }
        let plain = name.lowercased().filter(\.isLetter)
        let known = allCases.map(\.rawValue)
        return known.first { $0.filter(\.isLetter) == plain && plain != "ipv" }
            ?? SchemaAnnotation.nearest(name, among: known, farthest: 1)
    }

    func holds(_ text: String) -> Bool {
        switch self {
        case .dateTime: RFC3339.date(text) != nil
        case .date: RFC3339.isDay(Array(text.utf8))
        case .time: RFC3339.isTime(Array(text.utf8))
        case .duration: Self.isDuration(Array(text.utf8))
        case .email: Self.isEmail(text)
        case .hostname: Self.isHostname(text)
        case .uri: Self.isURI(text)
        case .uriReference: Self.isURI(text) || Self.isURI("a:\(text)")
        case .ipv4: Self.isIPv4(text)
        case .ipv6: Self.isIPv6(text)
        case .uuid: UUID(uuidString: text) != nil
        case .jsonPointer: text.isEmpty || text.hasPrefix("/") && Self.hasWholeEscapes(text)
        case .regex: (try? PatternParser.parse(text)) != nil
        }
    }

    /// RFC 3339, appendix A: weeks alone, or units that follow one another without a gap.
    private static func isDuration(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == UInt8(ascii: "P") else { return false }
        let parts = bytes.dropFirst().split(separator: UInt8(ascii: "T"), omittingEmptySubsequences: false)
        guard let days = parts.first, parts.count <= 2 else { return false }
        if parts.count == 1, units(days) == "W" { return true }
        guard let days = units(days), "YMD".contains(days) || days.isEmpty else { return false }
        guard parts.count == 2 else { return !days.isEmpty }
        guard let time = units(parts[1]), !time.isEmpty else { return false }
        return "HMS".contains(time)
    }

    /// The unit letters, each after its digits; nil when the text has another form.
    private static func units(_ bytes: ArraySlice<UInt8>) -> String? {
        var letters = ""
        var (hasDigits, isFraction) = (false, false)
        for byte in bytes {
            if byte.isDigit {
                hasDigits = true
            } else {
                // Only seconds have fractions.
                guard hasDigits, !isFraction || byte == UInt8(ascii: "S") else { return nil }
                hasDigits = false
                isFraction = byte == UInt8(ascii: ".")
                if !isFraction { letters.unicodeScalars.append(Unicode.Scalar(byte)) }
            }
        }
        return hasDigits || isFraction ? nil : letters
    }

    /// Two parts around an `@`, without white space.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains(where: \.isWhitespace) }
    }

    private static func hasWholeEscapes(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            bytes[index] != UInt8(ascii: "~")
                || index + 1 < bytes.count && [UInt8(ascii: "0"), UInt8(ascii: "1")].contains(bytes[index + 1])
        }
    }

    private static func isHostname(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") }
            }
    }

    /// A scheme, a colon, and only characters that RFC 3986 allows unescaped, in the places where it allows them.
    private static func isURI(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), let first = bytes.first, first.isLetter,
            bytes[..<colon].allSatisfy({ $0.isDigit || $0.isLetter || Array("+-.".utf8).contains($0) })
        else { return false }
        let allowed = Array("-._~:/?#[]@!$&'()*+,;=%".utf8)
        for (index, byte) in bytes.enumerated() {
            guard byte.isDigit || byte.isLetter || allowed.contains(byte) else { return false }
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, bytes[index + 1].isHexDigit, bytes[index + 2].isHexDigit else {
                    return false
                }
            }
        }
        guard bytes.count(where: { $0 == UInt8(ascii: "#") }) <= 1 else { return false }
        return hasAuthority(bytes[(colon + 1)...])
    }

    /// Brackets may only enclose an IP address, as the host.
    private static func hasAuthority(_ rest: ArraySlice<UInt8>) -> Bool {
        let (open, close) = (UInt8(ascii: "["), UInt8(ascii: "]"))
        guard rest.starts(with: Array("//".utf8)) else { return !rest.contains(open) && !rest.contains(close) }
        let authority = rest.dropFirst(2).prefix { !Array("/?#".utf8).contains($0) }
        let path = rest[authority.endIndex...]
        guard !path.contains(open), !path.contains(close) else { return false }
        let host = authority.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard host.count <= 2, let host = host.last else { return false }
        guard host.first == open else {
            let parts = host.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            return !host.contains(open) && !host.contains(close) && parts.count <= 2
                && (parts.count < 2 || parts[1].allSatisfy(\.isDigit))
        }
        guard let end = host.firstIndex(of: close) else { return false }
        let address = String(decoding: host[(host.startIndex + 1)..<end], as: UTF8.self)
        let port = host[(end + 1)...]
        return (isIPv6(address) || address.lowercased().hasPrefix("v"))
            && (port.isEmpty || port.first == UInt8(ascii: ":") && port.dropFirst().allSatisfy(\.isDigit))
    }

    private static func isIPv4(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy(\.isDigit) && part.utf8.count <= 3 && Int(part).map { $0 < 256 } ?? false
                    && (part.utf8.count == 1 || part.first != "0")
            }
    }

    private static func isIPv6(_ text: String) -> Bool {
        var groups = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard groups.count >= 3, groups.count <= 9 else { return false }
        let gaps = text.ranges(of: "::").count
        guard gaps <= 1, !text.contains(":::") else { return false }
        if groups.first == "", !text.hasPrefix("::") { return false }
        if groups.last == "", !text.hasSuffix("::") { return false }
        groups.removeAll { $0.isEmpty }
        var count = groups.count
        if let last = groups.last, last.contains(".") {
            guard isIPv4(last) else { return false }
            groups.removeLast()
            count += 1
        }
        guard groups.allSatisfy({ $0.utf8.count <= 4 && $0.utf8.allSatisfy(\.isHexDigit) }) else { return false }
        return gaps == 1 ? count <= 7 : count == 8
    }
}

extension UInt8 {
    var isLetter: Bool { (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z") }
}
