import Foundation
import LLMBatch

/// Fuzzes readers of what comes from outside, or replays what was kept for them.
///
///     Fuzz --list                      the targets
///     Fuzz --replay [TARGET]           gives every input of Tests/Fuzz/Corpus to its target
///     Fuzz --mutate SECONDS [SEED [KEEP]]  changes those inputs at random, in any build; KEEP is a folder for the inputs
///     Fuzz TARGET [OPTIONS] [FOLDER …] libFuzzer, in a build of Scripts/fuzz
@main
enum Fuzz {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "--list": for target in FuzzTarget.all { print(target.name, target.longest) }
        case "--replay": replay(arguments.dropFirst().first)
        case "--mutate": mutate(Array(arguments.dropFirst()))
        case let name?:
            guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
                fail("there is no target \(name)")
            }
            FuzzEngine.run(target)
        case nil: fail("name a target: \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
        }
    }

    private static func replay(_ name: String?) {
        for target in FuzzTarget.all where name == nil || target.name == name {
            do {
                let count = try Corpus.replay(target)
                print("\(target.name): \(count) inputs")
            } catch {
                fail("the corpus of \(target.name) cannot be read: \(error)")
            }
        }
    }

    private static func mutate(_ arguments: [String]) {
        guard let seconds = arguments.first.flatMap(Double.init), seconds > 0 else { fail("--mutate needs seconds") }
        let seed = arguments.dropFirst().first.flatMap(UInt64.init) ?? .random(in: 1...UInt64.max)
        let keep = arguments.count > 2 ? URL(filePath: arguments[2]) : nil
        // On stderr, which is not buffered: a fault ends the process.
        FileHandle.standardError.write(Data("Fuzz: seed \(seed)\n".utf8))
        do { try MutationRun(seed: seed, keep: keep).run(FuzzTarget.all, seconds: seconds) } catch {
            fail("the corpus cannot be read: \(error)")
        }
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data("Fuzz: \(message)\n".utf8))
        exit(64)
    }
}
