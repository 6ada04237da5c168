import ArgumentParser
import Foundation
import Workbench

/// Crashes, races and troubles in numbers, each followed by a check that nothing was lost or paid for twice.
@main
struct Chaos: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Kill, stop, race and starve the real tool against the simulator, and check the invariants.",
        subcommands: [Rows.self, Writer.self, Reader.self], defaultSubcommand: Rows.self)
}

/// How often a row is repeated.
enum Extent: String, ExpressibleByArgument {
    /// For every run of the tests.
    case short
    /// For the figures in docs/durability.md.
    case full
}

struct Rows: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the rows (all by default) and print totals.")

    @Argument(help: "Rows: \(Row.all.map(\.name).joined(separator: ", ")).") var rows: [String] = []
    @Option(help: "short (as in every test run) or full.") var extent = Extent.short
    @Option(help: "Repetitions, instead of the extent's.") var count: Int?
    @Option(help: "Replays a run.") var seed = UInt64.random(in: 0...UInt64.max)

    func run() async throws {
        let wanted =
            try rows.isEmpty
            ? Row.all
            : rows.map { name in
                guard let row = Row.all.first(where: { $0.name == name }) else {
                    throw ValidationError("There is no row \(name).")
                }
                return row
            }
        print("seed \(seed)")
        // Also into a file or a pipe: the seed must be there when a run is broken off.
        fflush(nil)
        var failed = 0
        for row in wanted {
            let times = count ?? (extent == .short ? row.short : row.full)
            let start = Date()
            do {
                let report = try await row.run(times, seed)
                print("ok    \(row.name): \(report), \(Self.seconds(since: start))")
            } catch {
                failed += 1
                print("FAIL  \(row.name), seed \(seed): \(error)")
            }
            fflush(nil)
        }
        print("\(wanted.count - failed) passed, \(failed) failed")
        if failed > 0 { throw ExitCode.failure }
    }

    private static func seconds(since start: Date) -> String {
        String(format: "%.1f s", Date().timeIntervalSince(start))
    }
}

/// One way to make trouble.
struct Row: Sendable {
    let name: String
    /// Repetitions in every test run, and for the figures.
    let short, full: Int
    /// Runs it so many times and says in words what was seen; throws when an invariant does not hold.
    let run: @Sendable (_ times: Int, _ seed: UInt64) async throws -> String

    static let all = [
        Row(name: "kill", short: 200, full: 10_000, run: KillRow.run),
        Row(name: "failpoints", short: 3, full: 50, run: FailpointRow.run),
        Row(name: "mixes", short: 300, full: 5_000, run: MixRow.run),
        Row(name: "races", short: 50, full: 2_000, run: RaceRow.run),
        Row(name: "stopped", short: 10, full: 500, run: StoppedRow.run),
        Row(name: "cancelled", short: 100, full: 3_000, run: CancelledRow.run),
        Row(name: "writers", short: 1, full: 20, run: WritersRow.run),
        Row(name: "disk-full", short: 10, full: 100, run: DiskFullRow.run),
    ]
}

/// What was expected and did not hold.
struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
