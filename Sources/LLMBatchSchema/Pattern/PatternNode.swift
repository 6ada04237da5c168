import LLMBatchCore

/// A part of a regular expression (ECMA-262, with the meaning of the flag `u`).
indirect enum PatternNode: Sendable {
    case set(PatternSet)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    case repeated(PatternNode, atLeast: Int, atMost: Int?)
    /// A group that can be referred to.
    case group(PatternNode, Int)
    case start(ofLine: Bool)
    case end(ofLine: Bool)
    case wordBoundary(isOne: Bool)
    case look(PatternNode, isAhead: Bool, isNegated: Bool)
    case reference(Int)

    static let nothing = PatternNode.sequence([])

    /// True when `condition` holds for any part.
    func contains(where condition: (PatternNode) -> Bool) -> Bool {
        if condition(self) { return true }
        return switch self {
        case .sequence(let parts), .alternatives(let parts): parts.contains { $0.contains(where: condition) }
        case .repeated(let part, _, _), .group(let part, _), .look(let part, _, _): part.contains(where: condition)
        case .set, .start, .end, .wordBoundary, .reference: false
        }
    }
}

/// A set of Unicode scalars: a character class.
struct PatternSet: Sendable {
    /// Scalars selected by a property.
    enum Class: Sendable {
        case property(UnicodeProperty)
        indirect case not(PatternSet)

        func contains(_ scalar: UInt32) -> Bool {
            switch self {
            case .property(let property): property.holds(scalar)
            case .not(let set): !set.contains(scalar)
            }
        }
    }

    var ranges: [ClosedRange<UInt32>] = []
    var classes: [Class] = []
    var isNegated = false
    var ignoresCase = false

    init(_ ranges: [ClosedRange<UInt32>] = []) { self.ranges = ranges }

    init(_ scalar: UInt32) { ranges = [scalar...scalar] }

    func contains(_ scalar: UInt32) -> Bool {
        guard ignoresCase, let unicode = Unicode.Scalar(scalar) else { return holds(scalar) != isNegated }
        let mapped = [unicode.properties.lowercaseMapping, unicode.properties.uppercaseMapping]
            .compactMap { $0.unicodeScalars.count == 1 ? $0.unicodeScalars.first?.value : nil }
        return (holds(scalar) || mapped.contains(where: holds)) != isNegated
    }

    private func holds(_ scalar: UInt32) -> Bool {
        for range in ranges where range.contains(scalar) { return true }
        for part in classes where part.contains(scalar) { return true }
        return false
    }

    var negated: PatternSet {
        var set = self
        set.isNegated.toggle()
        return set
    }

    /// Adds the scalars of another set.
    mutating func add(_ other: PatternSet) {
        if other.isNegated {
            classes.append(.not(other.negated))
        } else {
            ranges += other.ranges
            classes += other.classes
        }
    }

    static let digit = PatternSet([0x30...0x39])
    static let word = PatternSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// White space and line ends of ECMA-262.
    static let space = PatternSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    static let lineEnd = PatternSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
    static let all = PatternSet([0...0x10FFFF])
}
