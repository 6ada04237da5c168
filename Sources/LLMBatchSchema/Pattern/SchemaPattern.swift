import LLMBatchCore
import Foundation

/// A compiled `pattern` of a schema.
struct SchemaPattern: Sendable {
    private enum Machine: Sendable {
        case program(PatternProgram)
        case search
        /// Compiled as in version 0.1: only for definitions that it stored.
        case former(NSRegularExpression)
    }

    let node: PatternNode
    private let machine: Machine

    /// - Throws: ``PatternError`` with the reason.
    init(_ pattern: String) throws(PatternError) {
        node = try PatternParser.parse(pattern)
        machine =
            node.contains { if case .reference = $0 { true } else { false } } ? .search : .program(try .init(node))
    }

    /// A pattern in a stored definition, whatever its dialect.
    init?(former pattern: String) {
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return nil }
        (node, machine) = (.nothing, .former(expression))
    }

    /// True when the pattern matches anywhere in `text`, as JSON Schema requires.
    ///
    /// - Throws: ``PatternTooSlow`` when the steps are used up.
    func matches(_ text: String, steps: inout Int) throws(PatternTooSlow) -> Bool {
        switch machine {
        case .program(let program):
            let scalars = text.unicodeScalars.map(\.value)
            var run = try PatternRun(program, scalars, steps: &steps)
            return try run.matches(steps: &steps)
        case .search: return try PatternSearch.matches(node, text.unicodeScalars.map(\.value), steps: &steps)
        case .former(let expression):
            return expression.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
        }
    }

    /// True when every service that supports patterns can be expected to support this one: no lookaround, no
    /// references, no word boundaries, no Unicode properties, anchors only at its ends.
    var isPlain: Bool {
        guard case .program = machine else { return false }
        let parts: [PatternNode] = if case .sequence(let parts) = node { parts } else { [node] }
        return parts.enumerated().allSatisfy { index, part in
            switch part {
            case .start(ofLine: false): index == 0
            case .end(ofLine: false): index == parts.count - 1
            default: !part.contains { !$0.isPlainPart }
            }
        }
    }
}

extension PatternNode {
    fileprivate var isPlainPart: Bool {
        switch self {
        case .set(let set): !set.ignoresCase && set.classes.isEmpty
        case .sequence, .alternatives, .repeated, .group: true
        case .start, .end, .wordBoundary, .look, .reference: false
        }
    }
}
