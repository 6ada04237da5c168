import LLMBatchCore

/// Runs a program over a text, reading each character once and following all alternatives at once.
struct PatternRun {
    private let program: PatternProgram
    private let text: [UInt32]
    /// The places at which each of the program's lookarounds succeeds.
    private let looks: [[Bool]]
    /// The instructions that wait for the next character, each once.
    private var waiting: [Int] = []
    private var isSeen: [Int]
    private var mark = 0
    private var stack: [Int] = []

    /// - Throws: ``PatternTooSlow`` when the steps are used up.
    init(_ program: PatternProgram, _ text: [UInt32], steps: inout Int) throws(PatternTooSlow) {
        self.program = program
        self.text = text
        isSeen = Array(repeating: 0, count: program.instructions.count)
        var looks: [[Bool]] = []
        for look in program.looks {
            var run = try PatternRun(look.program, text, steps: &steps)
            var found = [Bool](repeating: false, count: text.count + 1)
            try run.places(isBackward: look.isAhead, steps: &steps) {
                found[$0] = true; return true
            }
            looks.append(look.isNegated ? found.map { !$0 } : found)
        }
        self.looks = looks
    }

    /// True when the program matches anywhere in the text.
    mutating func matches(steps: inout Int) throws(PatternTooSlow) -> Bool {
        var isFound = false
        try places(isBackward: false, steps: &steps) { _ in
            isFound = true; return false
        }
        return isFound
    }

    /// Visits the places at which a match ends, wherever it began, until `visit` returns false.
    private mutating func places(
        isBackward: Bool, steps: inout Int, visit: (Int) -> Bool
    ) throws(PatternTooSlow) {
        for read in 0...text.count {
            let place = isBackward ? text.count - read : read
            mark += 1
            var isMatch = false
            let arrived = waiting
            waiting.removeAll(keepingCapacity: true)
            if read > 0 {
                let scalar = text[isBackward ? place : place - 1]
                for index in arrived {
                    steps -= 1
                    if case .set(let set) = program.instructions[index], program.sets[set].contains(scalar) {
                        if follow(index + 1, place, &steps) { isMatch = true }
                    }
                }
            }
            if read == 0 || !program.isAnchored, follow(0, place, &steps) { isMatch = true }
            guard steps > 0 else { throw PatternTooSlow() }
            if isMatch, !visit(place) { return }
            if waiting.isEmpty, program.isAnchored { return }
        }
    }

    /// Follows an instruction to all that wait for a character; true when the program ends here.
    private mutating func follow(_ start: Int, _ place: Int, _ steps: inout Int) -> Bool {
        var isMatch = false
        stack.append(start)
        while let index = stack.popLast() {
            guard isSeen[index] != mark else { continue }
            isSeen[index] = mark
            steps -= 1
            switch program.instructions[index] {
            case .set: waiting.append(index)
            case .split(let one, let other): stack.append(other); stack.append(one)
            case .jump(let next): stack.append(next)
            case .match: isMatch = true
            case .start(let ofLine): if PatternPosition.isStart(text, place, ofLine) { stack.append(index + 1) }
            case .end(let ofLine): if PatternPosition.isEnd(text, place, ofLine) { stack.append(index + 1) }
            case .wordBoundary(let isOne):
                if PatternPosition.isWordBoundary(text, place) == isOne { stack.append(index + 1) }
            case .look(let look): if looks[look][place] { stack.append(index + 1) }
            }
        }
        return isMatch
    }
}

/// The error for a pattern that takes more steps than the length of the text allows.
struct PatternTooSlow: Error {}

/// What assertions can require of a place between two characters.
enum PatternPosition {
    static func isStart(_ text: [UInt32], _ place: Int, _ ofLine: Bool) -> Bool {
        place == 0 || ofLine && PatternSet.lineEnd.contains(text[place - 1])
    }

    static func isEnd(_ text: [UInt32], _ place: Int, _ ofLine: Bool) -> Bool {
        place == text.count || ofLine && PatternSet.lineEnd.contains(text[place])
    }

    static func isWordBoundary(_ text: [UInt32], _ place: Int) -> Bool {
        let before = place > 0 && PatternSet.word.contains(text[place - 1])
        let after = place < text.count && PatternSet.word.contains(text[place])
        return before != after
    }
}
