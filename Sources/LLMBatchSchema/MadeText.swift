import LLMBatchCore
import Foundation

/// Generates strings that match a schema's string keywords.
enum MadeText {
    /// The first of several candidates that matches; the first one if none does.
    static func text(_ node: JSONNode, seed: Int, plain: String) -> String {
        let pattern = node["pattern"]?.text.flatMap { try? SchemaPattern($0) }
        let (least, most) = (min(node["minLength"]?.count ?? 0, 100_000), node["maxLength"]?.count)
        func fits(_ text: String) -> Bool { Self.fits(text, node, pattern) }
        let name = node["format"]?.text ?? described(node)
        let formatted = name.flatMap { text(ofFormat: $0, seed: seed) }
        let first = formatted ?? plain
        var candidates = formatted.map { [$0, padded($0, to: least)] } ?? []
        candidates += [plain, padded(plain, to: least), String(padded(plain, to: least).prefix(most ?? .max))]
        candidates += [padded("a\(seed)", to: least), String(padded("a", to: least).prefix(most ?? .max))]
        if let found = candidates.first(where: fits) { return found }
        guard let pattern else { return first }
        for attempt in 0..<200 {
            let stretch = attempt < 50 ? 2 : attempt < 100 ? max(4, least) : max(8, least / 2)
            let text = PatternSample.text(pattern.node, seed: seed &* 1_000 &+ attempt, stretch: min(stretch, 2_000))
            if fits(text) { return text }
        }
        return first
    }

    /// True when a string matches the string keywords of a schema.
    static func fits(_ text: String, _ node: JSONNode) -> Bool {
        fits(text, node, node["pattern"]?.text.flatMap { try? SchemaPattern($0) })
    }

    private static func fits(_ text: String, _ node: JSONNode, _ pattern: SchemaPattern?) -> Bool {
        let length = text.unicodeScalars.count
        if let least = node["minLength"]?.count, length < least { return false }
        if let most = node["maxLength"]?.count, length > most { return false }
        if let format = (node["format"]?.text ?? described(node)).flatMap(SchemaFormat.init(named:)),
            !format.holds(text)
        {
            return false
        }
        var steps = 1_000_000
        return pattern.map { (try? $0.matches(text, steps: &steps)) ?? false } ?? true
    }

    /// A format that a strict form states in the description.
    private static func described(_ node: JSONNode) -> String? {
        guard let text = node["description"]?.text, text.hasSuffix(")"), let start = text.range(of: "(format: ") else {
            return nil
        }
        return String(text[start.upperBound...].dropLast())
    }

    private static func padded(_ text: String, to length: Int) -> String {
        text + String(repeating: "a", count: max(0, length - text.unicodeScalars.count))
    }

    private static func text(ofFormat name: String, seed: Int) -> String? {
        let two = seed % 60 < 10 ? "0\(seed % 60)" : "\(seed % 60)"
        switch SchemaFormat(named: name) {
        case .dateTime: return "2026-01-02T03:04:\(two)Z"
        case .date: return "2026-01-\(seed % 28 < 9 ? "0" : "")\(seed % 28 + 1)"
        case .time: return "03:04:\(two)Z"
        case .duration: return "PT\(seed % 60 + 1)S"
        case .email: return "name\(seed)@example.com"
        case .hostname: return "host\(seed).example.com"
        case .uri: return "https://example.com/\(seed)"
        case .uriReference, .jsonPointer: return "/\(seed)"
        case .ipv4: return "192.0.2.\(seed % 256)"
        case .ipv6: return "2001:db8::\(String(seed % 65_536, radix: 16))"
        case .uuid:
            let digit = name.hasSuffix("d") ? "4" : String(name.suffix(1))
            return "00000000-0000-\(digit)000-8000-0000000000\(seed % 100 < 10 ? "0" : "")\(seed % 100)"
        case .regex: return "^a+$"
        case nil: break
        }
        switch name {
        case "base64", "base64url", "byte", "binary": return "dGV4dA=="
        case "url", "iri", "multi-host-uri": return "https://example.com/\(seed)"
        case "idn-email": return "name\(seed)@example.com"
        case "phone", "e164": return "+1202555\(String(seed % 9_000 + 1_000))"
        case "color": return "#0000ff"
        case "ipvanyaddress", "ip": return "192.0.2.\(seed % 256)"
        case "ipv4network", "ipvanynetwork", "cidrv4", "ipv4interface", "ipvanyinterface": return "192.0.2.0/24"
        case "json-string", "json": return "{}"
        case "decimal": return "\(seed).5"
        default: return nil
        }
    }
}
