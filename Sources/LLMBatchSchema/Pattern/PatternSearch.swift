import LLMBatchCore

/// Matches by backtracking, for patterns with back-references, which no automaton can match.
///
/// Steps and depth are bounded.
struct PatternSearch {
    private static let deepest = 2_000

    private let text: [UInt32]
    private var groups: [Int: Range<Int>] = [:]
    private var steps: Int
    private var depth = 0

    private typealias Rest = (inout PatternSearch, Int) throws(PatternTooSlow) -> Bool

    /// True when a pattern matches anywhere in a text.
    static func matches(
        _ node: PatternNode, _ text: [UInt32], steps: inout Int
    ) throws(PatternTooSlow) -> Bool {
        var search = PatternSearch(text: text, steps: steps)
        defer { steps = search.steps }
        for start in 0...text.count {
            search.groups = [:]
            if try search.match(node, start, { _, _ throws(PatternTooSlow) in true }) { return true }
        }
        return false
    }

    private init(text: [UInt32], steps: Int) {
        self.text = text
        self.steps = steps
    }

    private mutating func match(_ node: PatternNode, _ place: Int, _ rest: Rest) throws(PatternTooSlow) -> Bool {
        steps -= 1
        depth += 1
        defer { depth -= 1 }
        guard steps > 0, depth < Self.deepest else { throw PatternTooSlow() }
        switch node {
        case .set(let set): return place < text.count && set.contains(text[place]) ? try rest(&self, place + 1) : false
        case .sequence(let parts): return try sequence(parts[...], place, rest)
        case .alternatives(let parts):
            for part in parts where try match(part, place, rest) { return true }
            return false
        case .repeated(let part, let least, let most): return try repeated(part, least, most, place, rest)
        case .group(let part, let index):
            let before = groups[index]
            let isFound = try match(part, place) { search, end throws(PatternTooSlow) in
                let inner = search.groups[index]
                search.groups[index] = place..<end
                if try rest(&search, end) { return true }
                search.groups[index] = inner
                return false
            }
            if !isFound { groups[index] = before }
            return isFound
        case .start(let ofLine): return PatternPosition.isStart(text, place, ofLine) ? try rest(&self, place) : false
        case .end(let ofLine): return PatternPosition.isEnd(text, place, ofLine) ? try rest(&self, place) : false
        case .wordBoundary(let isOne):
            return PatternPosition.isWordBoundary(text, place) == isOne ? try rest(&self, place) : false
        case .look(let part, let isAhead, let isNegated):
            return try looks(part, isAhead, place) != isNegated ? try rest(&self, place) : false
        case .reference(let index):
            // A group that took no part matches the empty string.
            guard let range = groups[index] else { return try rest(&self, place) }
            let end = place + range.count
            return end <= text.count && text[place..<end].elementsEqual(text[range]) ? try rest(&self, end) : false
        }
    }

    private mutating func sequence(
        _ parts: ArraySlice<PatternNode>, _ place: Int, _ rest: Rest
    ) throws(PatternTooSlow) -> Bool {
        guard let first = parts.first else { return try rest(&self, place) }
        return try match(first, place) { search, next throws(PatternTooSlow) in
            try search.sequence(parts.dropFirst(), next, rest)
        }
    }

    private mutating func repeated(
        _ part: PatternNode, _ least: Int, _ most: Int?, _ place: Int, _ rest: Rest
    ) throws(PatternTooSlow) -> Bool {
        if most != 0 {
            let isFound = try match(part, place) { search, next throws(PatternTooSlow) in
                // An iteration that consumes nothing ends the repetition.
                if next == place, least == 0 { return false }
                return try search.repeated(part, max(0, least - 1), most.map { $0 - 1 }, next, rest)
            }
            if isFound { return true }
        }
        return least == 0 ? try rest(&self, place) : false
    }

    private mutating func looks(_ part: PatternNode, _ isAhead: Bool, _ place: Int) throws(PatternTooSlow) -> Bool {
        if isAhead { return try match(part, place) { _, _ throws(PatternTooSlow) in true } }
        for start in 0...place where try match(part, start, { _, end throws(PatternTooSlow) in end == place }) {
            return true
        }
        return false
    }
}
