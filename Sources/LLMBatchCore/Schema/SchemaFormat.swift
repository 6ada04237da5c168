import Foundation

/// The `format`s that are checked.
enum SchemaFormat: String, CaseIterable {
    case dateTime = "date-time"
    case date, time, duration, email, hostname, uri, ipv4, ipv6, uuid

    func holds(_ text: String) -> Bool {
        switch self {
        case .dateTime: RFC3339.date(text) != nil
        case .date: RFC3339.isDay(Array(text.utf8))
        case .time: RFC3339.isTime(Array(text.utf8))
        case .duration: text.wholeMatch(of: Self.durationPattern) != nil && !text.hasSuffix("T") && text != "P"
        case .email: text.wholeMatch(of: Self.emailPattern) != nil
        case .hostname: Self.isHostname(text)
        case .uri: Self.isURI(text)
        case .ipv4: Self.isIPv4(text)
        case .ipv6: Self.isIPv6(text)
        case .uuid: UUID(uuidString: text) != nil
        }
    }

    private static var durationPattern: Regex<Substring> {
        /P(?:[0-9]+W|(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?)/
    }

    private static var emailPattern: Regex<Substring> { /[^@\s]+@[^@\s]+/ }

    private static func isHostname(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") }
            }
    }

    /// A scheme, a colon, and only characters that RFC 3986 lets stand unescaped.
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
        return bytes.count { $0 == UInt8(ascii: "#") } <= 1
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
