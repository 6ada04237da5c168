import LLMBatchCore

/// Generates strings that a pattern may match: one path through it, chosen by a seed. Lookaround and word boundaries are
/// left to chance, so the caller must check each string against the pattern.
struct PatternSample {
    private var state: UInt64
    /// The most repetitions beyond the minimum of an open quantifier.
    private let stretch: Int
    private var groups: [Int: [UInt32]] = [:]
    private var length = 0

    static func text(_ node: PatternNode, seed: Int, stretch: Int) -> String {
        var sample = PatternSample(
            state: UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 &+ 1, stretch: stretch)
        var text = String.UnicodeScalarView()
        for scalar in sample.scalars(node) { text.append(Unicode.Scalar(scalar) ?? "a") }
        return String(text)
    }

    private init(state: UInt64, stretch: Int) {
        self.state = state
        self.stretch = stretch
    }

    private mutating func next(below bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return bound > 1 ? Int(state % UInt64(bound)) : 0
    }

    private mutating func scalars(_ node: PatternNode) -> [UInt32] {
        guard length < 10_000 else { return [] }
        switch node {
        case .set(let set):
            length += 1
            return [scalar(of: set)]
        case .sequence(let parts): return parts.flatMap { scalars($0) }
        case .alternatives(let parts): return scalars(parts[next(below: parts.count)])
        case .repeated(let part, let least, let most):
            let extra = next(below: min(stretch, (most ?? .max) - least) &+ 1)
            var text: [UInt32] = []
            for _ in 0..<min(10_000, least + extra) { text += scalars(part) }
            return text
        case .group(let part, let index):
            let text = scalars(part)
            groups[index] = text
            return text
        case .reference(let index): return groups[index] ?? []
        case .start, .end, .wordBoundary, .look: return []
        }
    }

    /// Letters and digits first, since they read best.
    private static let usual = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".unicodeScalars)
        .map(\.value)

    private mutating func scalar(of set: PatternSet) -> UInt32 {
        let fitting = Self.usual.filter(set.contains)
        if !fitting.isEmpty { return fitting[next(below: fitting.count)] }
        if let other = (0x20...0x7E).first(where: { set.contains(UInt32($0)) }) { return UInt32(other) }
        if let range = set.ranges.first(where: { set.contains($0.lowerBound) }) { return range.lowerBound }
        return (UInt32(0)...0x1FFFF).first(where: set.contains) ?? 0x61
    }
}
