import Foundation

/// A `pattern` of a schema, compiled.
struct SchemaPattern: Sendable {
    private enum Machine: Sendable {
        case program(PatternProgram)
        case search
        /// Read as Version 0.1 read it: only for definitions that it stored.
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

    /// A pattern in a definition that is stored already, whatever dialect it is in.
    init?(former pattern: String) {
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return nil }
        (node, machine) = (.nothing, .former(expression))
    }

    /// True when the pattern is found anywhere in `text`, as JSON Schema means it.
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

    /// True when every service that takes patterns can be expected to take this one: no looking ahead or back, no
    /// references, no boundaries of words, no Unicode properties, anchors at its ends alone.
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
