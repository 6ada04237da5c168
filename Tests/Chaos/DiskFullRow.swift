import Foundation
import LLMBatch
import LLMBatchSimulator
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
        _ disk: String, _ bench: borrowing Workbench, _ simulator: ProviderSimulator, _ dice: inout Dice
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
        // Every other disk is roomy until a random call, and then has room for moments only: a write that failed is
        // followed by one that does not.
        let breathesFrom = Bool.random(using: &dice) ? dice.roll(0...(isBatch ? 8 : count / 2)) : nil
        let left = (breathesFrom == nil ? dice.roll(150...1800) : 3000) * 1024
        try Data(count: (4 << 20) - left).write(to: URL(filePath: disk + "/filler"))
        let running = try tool.start(command)
        let first =
            if let breathesFrom { try await breathing(disk, from: breathesFrom, simulator, &dice, while: running) } else
            {
                try await running.ended()
            }
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

    /// Fills the disk to the last byte and empties it, again and again, from a call until the tool has ended.
    private static func breathing(
        _ disk: String, from call: Int, _ simulator: ProviderSimulator, _ dice: inout Dice, while running: Tool.Running
    ) async throws -> Tool.Ended {
        let pauses = (0..<256).map { _ in Duration.microseconds(dice.roll(200...12_000)) }
        let breath = Task {
            try await simulator.ledger.wait { $0.calls.count >= call }
            for pause in pauses {
                takeAllRoom(disk + "/breath")
                try await ContinuousClock().sleep(for: pause)
                unlink(disk + "/breath")
                try await ContinuousClock().sleep(for: pause)
            }
        }
        let ended = try await running.ended()
        breath.cancel()
        _ = await breath.result
        unlink(disk + "/breath")
        return ended
    }

    /// Makes a file as large as there is room; when the tool is faster and takes some of it, a little is left.
    private static func takeAllRoom(_ path: String) {
        let file = open(path, O_WRONLY | O_CREAT, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        var room = statvfs()
        guard statvfs(path, &room) == 0 else { return }
        _ = posix_fallocate(file, 0, off_t(room.f_bavail) * off_t(room.f_bsize))
    }

    private static func shell(_ command: String) async throws {
        let tool = Tool(folder: FileManager.default.temporaryDirectory)
        let ended = try await Tool.Running(
            tool: tool, binary: URL(filePath: "/bin/sh"), arguments: ["-c", command], input: nil
        ).ended()
        try Invariants.require(ended.code == 0, "\(command): \(ended.errors)")
    }
}
