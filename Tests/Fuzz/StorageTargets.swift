import Foundation
import LLMBatchCore
import LLMBatchSQLite
import LLMBatchTypedJobs

/// Files that are handed over: portable files, which anybody may have written.
extension FuzzTarget {
    static let storageTargets = [
        FuzzTarget("portable-file", longest: 262_144, portableFile)
    ]

    /// A portable file is refused, or its batches can be listed.
    private static func portableFile(_ bytes: [UInt8]) {
        let path = FileManager.default.temporaryDirectory.appending(path: "llmbatch-fuzz-\(getpid()).llmbatch").path
        defer { for end in ["", "-wal", "-shm", "-journal"] { unlink(path + end) } }
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { return }
        wait {
            let storage = MemoryStorage()
            guard
                let report = try? await PortableFile(path: path).read(
                    into: storage, readPolicy: TypedJobPolicy.reader())
            else { return }
            for batch in report.batches { _ = try? await batch.record() }
        }
    }

    /// Runs asynchronous work to its end: libFuzzer knows no other way.
    static func wait(_ work: @escaping @Sendable () async -> Void) {
        let done = DispatchSemaphore(value: 0)
        Task {
            await work()
            done.signal()
        }
        done.wait()
    }
}
