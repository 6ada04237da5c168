import LLMBatchCore
import LLMBatchSchema
import Foundation

/// The text of an answer, without what some models put around it: reasoning, a code fence, an introduction.
struct AnswerText {
    private let text: Substring

    init(_ text: String) { self.text = Self.withoutThoughts(text[...]) }

    /// The answer as plain text.
    var words: String { String(text) }

    /// The JSON of the answer: the whole text, otherwise the JSON value in it.
    ///
    /// - Parameter isWanted: true for the requested value, where the text contains several.
    func json(where isWanted: (JSONObject) -> Bool) -> [UInt8] {
        let whole = Array(text.utf8)
        for candidate in [whole] + [Self.unquoted(whole), Self.unfenced(text)].compactMap({ $0 }) {
            if let object = try? JSONObject(candidate) {
                return isWanted(object) ? candidate : Self.inner(object, where: isWanted) ?? candidate
            }
        }
        return Self.within(whole, where: isWanted) ?? Self.unfenced(text) ?? whole
    }

    // MARK: - Thoughts

    /// The marks that models put around their reasoning.
    private static let marks = [
        ("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<thought>", "</thought>"),
        ("<thoughts>", "</thoughts>"), ("<reasoning>", "</reasoning>"), ("<reflection>", "</reflection>"),
        ("<scratchpad>", "</scratchpad>"), ("<analysis>", "</analysis>"), ("<seed:think>", "</seed:think>"),
        ("[THINK]", "[/THINK]"), ("◁think▷", "◁/think▷"), ("<|begin_of_thought|>", "<|end_of_thought|>"),
        ("<|channel|>analysis", "<|channel|>final<|message|>"),
    ]

    private static func withoutThoughts(_ text: Substring) -> Substring {
        var rest = text
        while let next = withoutThought(rest) { rest = next }
        return rest
    }

    /// The text after reasoning at its start; nil when it does not start with any.
    private static func withoutThought(_ text: Substring) -> Substring? {
        let start = text.trimmingPrefix(while: \.isWhitespace)
        for (open, close) in marks {
            if start.hasPrefix(open) {
                guard let end = start.range(of: close) else { return nil }
                return start[end.upperBound...].trimmingPrefix(while: \.isWhitespace)
            }
            // Some servers put the opening mark into the prompt, so the answer contains only the closing one.
            guard let end = start.range(of: close), !start[..<end.lowerBound].contains(open) else { continue }
            let before = start[..<end.lowerBound]
            guard !before.hasPrefix("{"), !before.hasPrefix("["), !before.hasPrefix("\"") else { continue }
            return start[end.upperBound...].trimmingPrefix(while: \.isWhitespace)
        }
        return nil
    }

    // MARK: - Text around JSON

    /// Decodes JSON that is written as a JSON string.
    private static func unquoted(_ whole: [UInt8]) -> [UInt8]? {
        (try? JSONNode(whole))?.text.map { Array($0.utf8) }
    }

    /// The text between the first code fence and the last.
    private static func unfenced(_ text: Substring) -> [UInt8]? {
        guard let open = text.range(of: "```"), let start = text[open.upperBound...].firstIndex(where: \.isNewline),
            let end = text.range(of: "```", options: .backwards), end.lowerBound > start
        else { return nil }
        return Array(text[text.index(after: start)..<end.lowerBound].utf8)
    }

    /// The requested object, where it is the only object inside another: `{"output": {…}}`.
    private static func inner(_ object: JSONObject, where isWanted: (JSONObject) -> Bool) -> [UInt8]? {
        let wanted = object.members.compactMap { member in try? JSONObject(object.bytes, in: member.value) }
            .filter(isWanted)
        return wanted.count == 1 ? wanted.first.map { Array($0.text) } : nil
    }

    /// The last object in a text that is the requested one; a bounded number of positions is tried.
    private static func within(_ whole: [UInt8], where isWanted: (JSONObject) -> Bool) -> [UInt8]? {
        var found: [UInt8]?
        var place = 0
        var tries = 0
        while tries < 50, let open = whole[place...].firstIndex(of: UInt8(ascii: "{")) {
            tries += 1
            place = open + 1
            guard let end = JSONText.end(ofValueAt: open, in: whole) else { continue }
            guard let object = try? JSONObject(whole, in: open..<end), isWanted(object) else { continue }
            found = Array(object.text)
            place = end
        }
        return found
    }
}
