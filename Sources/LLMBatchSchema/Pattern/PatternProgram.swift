import LLMBatchCore

/// A pattern compiled for a machine that follows all alternatives at once, so that it reads each character once.
///
/// Only whether a text matches is needed, so groups and laziness leave no trace. Each lookahead and lookbehind is a
/// program of its own, which is run for every place beforehand (Barrière and Pit-Claudel, "Linear matching of JavaScript
/// regular expressions").
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        case set(Int)
        case split(Int, Int)
        case jump(Int)
        case start(ofLine: Bool)
        case end(ofLine: Bool)
        case wordBoundary(isOne: Bool)
        case look(Int)
        case match
    }

    /// A lookaround: a program that is run for each place.
    struct Look: Sendable {
        let program: PatternProgram
        let isAhead: Bool
        let isNegated: Bool
    }

    /// A pattern that compiles to a longer program is refused.
    static let longest = 50_000

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [PatternSet] = []
    private(set) var looks: [Look] = []
    /// True when it can match only at the start of a text.
    private(set) var isAnchored = false
    /// The number of its instructions and of those of its lookarounds.
    private var size = 0

    /// - Parameter isReversed: whether the program reads the text from its end.
    /// - Throws: ``PatternError`` when it is too long.
    init(_ node: PatternNode, isReversed: Bool = false) throws(PatternError) {
        try add(node, isReversed)
        try emit(.match)
        if !isReversed, case .start(ofLine: false)? = instructions.first { isAnchored = true }
    }

    private mutating func emit(_ instruction: Instruction) throws(PatternError) {
        instructions.append(instruction)
        try grow(by: 1)
    }

    private mutating func grow(by count: Int) throws(PatternError) {
        size += count
        guard size <= Self.longest else {
            throw PatternError(reason: "its repetitions make it too large; bound the length with maxLength")
        }
    }

    private mutating func add(_ node: PatternNode, _ isReversed: Bool) throws(PatternError) {
        switch node {
        case .set(let set):
            sets.append(set)
            try emit(.set(sets.count - 1))
        case .sequence(let parts):
            for part in isReversed ? parts.reversed() : parts { try add(part, isReversed) }
        case .alternatives(let parts): try alternatives(parts[...], isReversed)
        case .repeated(let part, let least, let most): try repeated(part, least, most, isReversed)
        case .group(let part, _): try add(part, isReversed)
        case .start(let ofLine): try emit(.start(ofLine: ofLine))
        case .end(let ofLine): try emit(.end(ofLine: ofLine))
        case .wordBoundary(let isOne): try emit(.wordBoundary(isOne: isOne))
        case .look(let part, let isAhead, let isNegated):
            let program = try PatternProgram(part, isReversed: isAhead)
            try grow(by: program.size)
            looks.append(Look(program: program, isAhead: isAhead, isNegated: isNegated))
            try emit(.look(looks.count - 1))
        case .reference: throw PatternError(reason: "it refers back to a group")
        }
    }

    private mutating func alternatives(_ parts: ArraySlice<PatternNode>, _ isReversed: Bool) throws(PatternError) {
        var ends: [Int] = []
        for (index, part) in parts.enumerated() {
            guard index < parts.count - 1 else { try add(part, isReversed); break }
            let split = instructions.count
            try emit(.match)
            try add(part, isReversed)
            ends.append(instructions.count)
            try emit(.match)
            instructions[split] = .split(split + 1, instructions.count)
        }
        for end in ends { instructions[end] = .jump(instructions.count) }
    }

    private mutating func repeated(
        _ part: PatternNode, _ least: Int, _ most: Int?, _ isReversed: Bool
    ) throws(PatternError) {
        for _ in 0..<least {
            let before = instructions.count
            try add(part, isReversed)
            // Repeating the empty string still matches the empty string.
            if instructions.count == before { break }
        }
        guard let most else {
            let split = instructions.count
            try emit(.match)
            try add(part, isReversed)
            try emit(.jump(split))
            instructions[split] = .split(split + 1, instructions.count)
            return
        }
        var splits: [Int] = []
        for _ in 0..<max(0, most - least) {
            splits.append(instructions.count)
            try emit(.match)
            try add(part, isReversed)
        }
        for split in splits { instructions[split] = .split(split + 1, instructions.count) }
    }
}
