import Foundation
import LLMBatch
import LLMBatchTesting
import Workbench

/// The disk (a small tmpfs) is full at a random phase, and later has room again: it goes on, nothing half-written.
///
/// Mounting needs root; without it the row says that it was not run.
enum DiskFullRow {
    static func run(_ times: Int, _ seed: UInt64) async throws -> String {
        guard getuid() == 0 else { return "not run: mounting a tmpfs needs root" }
        var dice = Dice(seed: seed)
        var stops = 0
        for _ in 0..<times { stops += try await once(&dice) }
        return "\(times) full disks, \(stops) runs stopped by them, all went on"
    }

    private static func once(_ dice: inout Dice) async throws -> Int {
        var generator = dice
        defer { dice = generator }
        var stops = 0
        try await withBench { bench, simulator in
            let disk = bench.path("disk")
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
            try await shell("mount -t tmpfs -o size=4m tmpfs '\(disk)'")
            do {
                stops = try await fill(disk, bench, simulator, &generator)
                try await shell("umount '\(disk)'")
            } catch {
                try? await shell("umount -l '\(disk)'")
                throw error
            }
        }
        return stops
    }

    private static func fill(
        _ disk: String, _ bench: borrowing Workbench, _ simulator: OpenAISimulator, _ dice: inout Dice
    ) async throws -> Int {
        var tool = Tool.openAI(bench, simulator)
        tool.environment["LLMBATCH_DB"] = disk + "/store.db"
        let count = dice.roll(100...600)
        let file = try bench.file(count: count)
        let isBatch = Bool.random(using: &dice)
        let command =
            ["run", file, "--json"]
            + (isBatch ? Tool.openAIArguments(simulator) : Tool.realtimeArguments(simulator, concurrency: 4))
        // What is left lets the store be made and then runs out: at import, planning, submission or collection.
        let left = dice.roll(150...1800) * 1024
        try Data(count: (4 << 20) - left).write(to: URL(filePath: disk + "/filler"))
        let first = try await tool.start(command).ended()
        try Invariants.require([0, 1, 75].contains(first.code), "exit \(first.code): \(first.errors)")
        if first.code != 0 {
            try Invariants.require(
                first.errors.contains("full") || first.errors.contains("disk"),
                "says nothing of the disk: \(first.errors)")
        }
        try FileManager.default.removeItem(atPath: disk + "/filler")
        try await Invariants.atAnyMoment(disk + "/store.db", simulator)
        let second = try await tool.start(command).ended()
        try Invariants.require(second.code == 0, "after \(first.errors): exit \(second.code): \(second.errors)")
        try Invariants.require(try second.count("succeeded") == count, "not all answered")
        try Invariants.require(
            !isBatch || simulator.ledger.acceptedJobs.count == 1, "\(simulator.ledger.acceptedJobs.count) jobs")
        return first.code == 0 ? 0 : 1
    }

    private static func shell(_ command: String) async throws {
        let tool = Tool(folder: FileManager.default.temporaryDirectory)
        let ended = try await Tool.Running(
            tool: tool, binary: URL(filePath: "/bin/sh"), arguments: ["-c", command], input: nil
        ).ended()
        try Invariants.require(ended.code == 0, "\(command): \(ended.errors)")
    }
}
