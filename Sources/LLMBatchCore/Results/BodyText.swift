/// A short, safe summary of a body that is not JSON: plain text or a proxy's HTML page.
package enum BodyText {
    /// The first line of a plain text, or the title of a page; nil for a body without content.
    package static func words(_ bytes: [UInt8], longest: Int = 300) -> String? {
        let start = String(decoding: bytes.prefix(8192), as: UTF8.self)
        if isPage(start) { return title(start).map { cut($0, longest) } }
        let lines = start.split(whereSeparator: \.isNewline).lazy.map(plain)
        return lines.first { !$0.isEmpty }.map { cut($0, longest) }
    }

    /// True for HTML, of which only the title is meant for people.
    package static func isPage(_ bytes: [UInt8]) -> Bool { isPage(String(decoding: bytes.prefix(8192), as: UTF8.self)) }

    private static func isPage(_ text: String) -> Bool {
        let text = text.lowercased()
        let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        guard start.hasPrefix("<") else { return false }
        return ["<!doctype html", "<html", "<head", "<body", "<title", "<center", "<h1"].contains { start.contains($0) }
    }

    private static func title(_ page: String) -> String? {
        for tag in ["title", "h1", "h2"] {
            let pattern = try? Regex("<\(tag)[^>]*>(.*?)</\(tag)\\s*>").ignoresCase().dotMatchesNewlines()
            guard let pattern, let match = page.firstMatch(of: pattern), let inner = match.output[1].substring else {
                continue
            }
            let title = plain(unescaped(inner.replacing(#/<[^>]*>/#, with: " ")))
            if !title.isEmpty { return title }
        }
        return nil
    }

    private static func unescaped(_ text: Substring) -> Substring {
        let entities = [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&mdash;", "—"),
            ("&amp;", "&"),
        ]
        return entities.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    /// The text without control characters and with runs of spaces collapsed.
    package static func plain(_ text: some StringProtocol) -> String {
        text.split { character in
            character.isWhitespace || character == "\u{FEFF}"
                || character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
        }.joined(separator: " ")
    }

    private static func cut(_ text: String, _ longest: Int) -> String {
        text.count > longest ? text.prefix(longest) + "…" : text
    }
}
