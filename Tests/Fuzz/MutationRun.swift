import Foundation
import LLMBatchTesting

/// Fuzzes without libFuzzer, in any build: inputs of the corpus, changed at random, for a bounded time.
///
/// It finds less than a fuzzer that sees which code an input reaches, and needs no build of its own, so it runs in CI.
/// The same seed makes the same inputs; with a folder to keep them in, the one that ends the process is found there.
struct MutationRun {
    let seed: UInt64
    /// Where each input is written before it is read; nil to write none.
    let keep: URL?

    /// Gives every target its share of the time.
    ///
    /// - Returns: how many inputs each target read.
    func run(_ targets: [FuzzTarget], seconds: Double) throws {
        let share = seconds / Double(targets.count)
        for target in targets {
            let inputs = try Corpus.inputs(of: target)
            var dice = SeededGenerator(
                seed: seed ^ UInt64(target.name.utf8.reduce(5381) { ($0 &* 33) ^ Int($1) } & .max))
            FileHandle.standardError.write(Data("\(target.name)\n".utf8))
            let end = Date() + share
            var count = 0
            while Date() < end {
                let input = mutated(inputs, longest: target.longest, &dice)
                if let keep { try Data(input).write(to: keep.appending(path: target.name)) }
                // An input that takes ten seconds ends the process, by SIGALRM.
                alarm(10)
                target.read(input)
                count += 1
            }
            alarm(0)
            print("\(target.name): \(count) inputs, no fault")
        }
    }

    /// An input of the corpus with a few changes.
    private func mutated(_ inputs: [[UInt8]], longest: Int, _ dice: inout SeededGenerator) -> [UInt8] {
        var input = inputs.randomElement(using: &dice) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &dice) { change(&input, inputs, &dice) }
        return Array(input.prefix(longest))
    }

    /// What readers are known to trip over.
    private static let tokens = [
        "\u{0}", "\"", "\\u0000", "\\ud800", "{", "}", "[", "]", ",", ":", "\n", "\r", "null", "true", "-", "1e999",
        "-0",
        "0.1e-400", "9223372036854775808", "-9223372036854775809", "99999999999999999999999", "\u{FEFF}", "é",
        "\u{2028}",
        "%00", "&#x0;", "<", "\t", ";", "'", "$ref", "2026-02-30T24:61:61Z",
    ].map { Array($0.utf8) }

    private func change(_ input: inout [UInt8], _ inputs: [[UInt8]], _ dice: inout SeededGenerator) {
        let place = Int.random(in: 0...input.count, using: &dice)
        let length = min(input.count - place, Int.random(in: 1...16, using: &dice))
        switch Int.random(in: 0..<7, using: &dice) {
        case 0 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
        case 1 where place < input.count: input[place] = .random(in: .min ... .max, using: &dice)
        case 2: input.removeSubrange(place..<(place + length))
        case 3: input.insert(contentsOf: Self.tokens.randomElement(using: &dice) ?? [], at: place)
        case 4: input.insert(contentsOf: Array(input[place..<(place + length)]), at: place)
        case 5:
            let other = inputs.randomElement(using: &dice) ?? []
            input = Array(input.prefix(place)) + other.suffix(Int.random(in: 0...other.count, using: &dice))
        default: input = Array(input.prefix(place))
        }
    }
}
