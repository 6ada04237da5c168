import LLMBatchCore

/// Why a pattern cannot be used.
struct PatternError: Error {
    let reason: String
}

/// Parses a regular expression of ECMA-262.
///
/// Lenient where other dialects are: a character that is not a letter or digit may be escaped, and a brace that is not
/// a quantifier is literal. ES2025's modifier groups, `(?i:…)`, and `(?i)` at the start are supported.
struct PatternParser {
    private static let deepest = 100

    private let text: [UInt32]
    private var place = 0
    private var depth = 0
    private var ignoresCase = false
    private var isMultiline = false
    private var dotTakesAll = false
    private var groups = 0
    private var names: [String: Int] = [:]
    private var references: [(name: String?, number: Int)] = []

    /// - Throws: ``PatternError`` with the reason.
    static func parse(_ pattern: String) throws(PatternError) -> PatternNode {
        var parser = PatternParser(pattern)
        let node = try parser.alternatives()
        guard parser.isAtEnd else { throw PatternError(reason: "a ) has no matching group") }
        return try parser.resolved(node)
    }

    private init(_ pattern: String) { text = pattern.unicodeScalars.map(\.value) }

    private var isAtEnd: Bool { place >= text.count }

    private func peek(_ offset: Int = 0) -> Character? {
        place + offset < text.count ? Unicode.Scalar(text[place + offset]).map(Character.init) : nil
    }

    private mutating func take(_ word: String) -> Bool {
        let scalars = word.unicodeScalars.map(\.value)
        guard place + scalars.count <= text.count, Array(text[place..<(place + scalars.count)]) == scalars else {
            return false
        }
        place += scalars.count
        return true
    }

    // MARK: - Structure

    private mutating func alternatives() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest else { throw PatternError(reason: "its groups are nested too deeply") }
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .alternatives(parts)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var parts: [PatternNode] = []
        while let next = peek(), next != "|", next != ")" {
            guard let atom = try atom() else { continue }
            parts.append(try quantified(atom))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// One part; nil for flags, which match nothing.
    private mutating func atom() throws(PatternError) -> PatternNode? {
        let scalar = text[place]
        place += 1
        switch Unicode.Scalar(scalar).map(Character.init) {
        case "^"?: return .start(ofLine: isMultiline)
        case "$"?: return .end(ofLine: isMultiline)
        case "."?: return .set(dotTakesAll ? .all : PatternSet.lineEnd.negated)
        case "["?: return .set(try characterClass())
        case "("?: return try group()
        case "\\"?: return try escape()
        case "*"?, "+"?, "?"?: throw PatternError(reason: "a quantifier follows nothing")
        default: return .set(cased(PatternSet(scalar)))
        }
    }

    private mutating func quantified(_ atom: PatternNode) throws(PatternError) -> PatternNode {
        var bounds: (Int, Int?)?
        if take("*") {
            bounds = (0, nil)
        } else if take("+") {
            bounds = (1, nil)
        } else if take("?") {
            bounds = (0, 1)
        } else {
            bounds = try braces()
        }
        guard let (least, most) = bounds else { return atom }
        // Lazy or not, the same strings match.
        _ = take("?")
        if let next = peek(), next == "*" || next == "+" || next == "?" {
            throw PatternError(reason: "a quantifier follows another")
        }
        if let most, most < least { throw PatternError(reason: "a quantifier's maximum is below its minimum") }
        switch atom {
        case .start, .end, .wordBoundary, .look(_, isAhead: false, _):
            throw PatternError(reason: "a quantifier follows an assertion")
        default: return .repeated(atom, atLeast: least, atMost: most)
        }
    }

    /// `{2}`, `{2,}`, `{2,3}`; nil, with nothing consumed, when it is not a quantifier.
    private mutating func braces() throws(PatternError) -> (Int, Int?)? {
        let begin = place
        guard take("{"), let least = try number() else { place = begin; return nil }
        if take("}") { return (least, least) }
        guard take(",") else { place = begin; return nil }
        if take("}") { return (least, nil) }
        guard let most = try number(), take("}") else { place = begin; return nil }
        return (least, most)
    }

    private mutating func number() throws(PatternError) -> Int? {
        var value: Int?
        while let digit = peek()?.wholeNumberValue, peek()?.isASCII == true {
            value = min((value ?? 0) * 10 + digit, 1_000_000)
            place += 1
        }
        return value
    }

    private mutating func group() throws(PatternError) -> PatternNode? {
        let outer = (ignoresCase, isMultiline, dotTakesAll)
        defer { (ignoresCase, isMultiline, dotTakesAll) = outer }
        if take("?:") { return try closed(try alternatives()) }
        for (word, isAhead, isNegated) in [
            ("?=", true, false), ("?!", true, true), ("?<=", false, false), ("?<!", false, true),
        ] where take(word) {
            return .look(try closed(try alternatives()), isAhead: isAhead, isNegated: isNegated)
        }
        if take("?<") {
            groups += 1
            let index = groups
            let name = try name(until: ">")
            guard names.updateValue(index, forKey: name) == nil else {
                throw PatternError(reason: "two groups are named \(name)")
            }
            return .group(try closed(try alternatives()), index)
        }
        if take("?") { return try flags() }
        groups += 1
        let index = groups
        return .group(try closed(try alternatives()), index)
    }

    private mutating func closed(_ node: PatternNode) throws(PatternError) -> PatternNode {
        guard take(")") else { throw PatternError(reason: "a group is not closed") }
        return node
    }

    private mutating func name(until end: String) throws(PatternError) -> String {
        var name = ""
        while let next = peek(), String(next) != end {
            name.append(next)
            place += 1
        }
        guard take(end), !name.isEmpty else { throw PatternError(reason: "the name of a group is not closed") }
        return name
    }

    // MARK: - Characters

    private func cased(_ set: PatternSet) -> PatternSet {
        var set = set
        set.ignoresCase = ignoresCase
        return set
    }

    private mutating func escape() throws(PatternError) -> PatternNode {
        guard let next = peek() else { throw PatternError(reason: "it ends in a backslash") }
        switch next {
        case "b": place += 1; return .wordBoundary(isOne: true)
        case "B": place += 1; return .wordBoundary(isOne: false)
        case "k":
            place += 1
            guard take("<") else { throw PatternError(reason: "\\k does not name a group") }
            references.append((try name(until: ">"), 0))
            return .reference(-references.count)
        case "1"..."9":
            references.append((nil, try number() ?? 0))
            return .reference(-references.count)
        default: return .set(cased(try escapedSet()))
        }
    }

    private mutating func escapedSet() throws(PatternError) -> PatternSet {
        guard let next = peek() else { throw PatternError(reason: "it ends in a backslash") }
        let scalar = text[place]
        place += 1
        switch next {
        case "d": return .digit
        case "D": return PatternSet.digit.negated
        case "w": return .word
        case "W": return PatternSet.word.negated
        case "s": return .space
        case "S": return PatternSet.space.negated
        case "t": return PatternSet(0x09)
        case "n": return PatternSet(0x0A)
        case "v": return PatternSet(0x0B)
        case "f": return PatternSet(0x0C)
        case "r": return PatternSet(0x0D)
        case "0": return PatternSet(0)
        case "x": return PatternSet(try hex(digits: 2))
        case "u": return PatternSet(try unicodeEscape())
        case "c":
            guard let letter = peek(), letter.isASCII, letter.isLetter else {
                throw PatternError(reason: "\\c needs a letter")
            }
            place += 1
            return PatternSet(text[place - 1] % 32)
        case "p", "P":
            guard take("{") else { throw PatternError(reason: "\\\(next) needs a property in braces") }
            let name = try name(until: "}")
            guard let property = UnicodeProperty(name) else {
                throw PatternError(reason: "there is no Unicode property \(name)")
            }
            var set = PatternSet()
            set.classes = [.property(property)]
            set.isNegated = next == "P"
            return set
        default:
            guard !(next.isASCII && (next.isLetter || next.isNumber)) else {
                throw PatternError(reason: "\\\(next) is not an escape of ECMA-262")
            }
            return PatternSet(scalar)
        }
    }

    private mutating func hex(digits: Int) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = peek()?.hexDigitValue else { throw PatternError(reason: "an escape needs hex digits") }
            value = value << 4 | UInt32(digit)
            place += 1
        }
        return value
    }

    private mutating func unicodeEscape() throws(PatternError) -> UInt32 {
        if take("{") {
            let digits = try name(until: "}")
            guard let value = UInt32(digits, radix: 16), value <= 0x10FFFF else {
                throw PatternError(reason: "\\u{\(digits)} is not a character")
            }
            return value
        }
        let first = try hex(digits: 4)
        guard (0xD800...0xDBFF).contains(first), peek() == "\\", peek(1) == "u" else { return first }
        let begin = place
        place += 2
        let second = try hex(digits: 4)
        guard (0xDC00...0xDFFF).contains(second) else { place = begin; return first }
        return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private mutating func characterClass() throws(PatternError) -> PatternSet {
        var set = PatternSet()
        let isNegated = take("^")
        while let next = peek(), next != "]" {
            let low = try classAtom()
            guard peek() == "-", let after = peek(1), after != "]" else { set.add(low.set); continue }
            place += 1
            let high = try classAtom()
            guard let first = low.scalar, let last = high.scalar else {
                throw PatternError(reason: "a range in a character class needs a character at both ends")
            }
            guard first <= last else { throw PatternError(reason: "a range in a character class is out of order") }
            set.ranges.append(first...last)
        }
        guard take("]") else { throw PatternError(reason: "a character class does not end") }
        set.isNegated = isNegated
        return cased(set)
    }

    private mutating func classAtom() throws(PatternError) -> (set: PatternSet, scalar: UInt32?) {
        let scalar = text[place]
        place += 1
        guard scalar == 0x5C else { return (PatternSet(scalar), scalar) }
        if take("b") { return (PatternSet(0x08), 0x08) }
        let set = try escapedSet()
        let only = set.classes.isEmpty && !set.isNegated && set.ranges.count == 1 ? set.ranges.first : nil
        return (set, only?.count == 1 ? only?.lowerBound : nil)
    }
}

extension PatternParser {
    /// `(?i:…)`, or `(?i)` at the start for the whole pattern.
    private mutating func flags() throws(PatternError) -> PatternNode? {
        let isFirst = place == 2
        var isOn = true
        while let next = peek(), next != ":", next != ")" {
            place += 1
            switch next {
            case "-": isOn = false
            case "i": ignoresCase = isOn
            case "m": isMultiline = isOn
            case "s": dotTakesAll = isOn
            default: throw PatternError(reason: "(?\(next) does not start a group of ECMA-262")
            }
        }
        if take(":") { return try closed(try alternatives()) }
        guard take(")") else { throw PatternError(reason: "a group is not closed") }
        guard isFirst else { throw PatternError(reason: "flags without a group are allowed only at the start") }
        return try alternatives()
    }

    /// The tree with its references resolved to numbers.
    private func resolved(_ node: PatternNode) throws(PatternError) -> PatternNode {
        guard !references.isEmpty else { return node }
        switch node {
        case .reference(let place):
            let reference = references[-place - 1]
            let number = reference.name.map { names[$0] ?? 0 } ?? reference.number
            guard number >= 1, number <= groups else {
                throw PatternError(reason: "a reference does not name a group")
            }
            return .reference(number)
        case .sequence(let parts): return .sequence(try all(parts))
        case .alternatives(let parts): return .alternatives(try all(parts))
        case .repeated(let part, let least, let most):
            return .repeated(try resolved(part), atLeast: least, atMost: most)
        case .group(let part, let index): return .group(try resolved(part), index)
        case .look(let part, let isAhead, let isNegated):
            return .look(try resolved(part), isAhead: isAhead, isNegated: isNegated)
        case .set, .start, .end, .wordBoundary: return node
        }
    }

    private func all(_ parts: [PatternNode]) throws(PatternError) -> [PatternNode] {
        var found: [PatternNode] = []
        for part in parts { found.append(try resolved(part)) }
        return found
    }
}
