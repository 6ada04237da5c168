import Foundation
import LLMBatch
import Testing
import Workbench

/// A file that appears under its name is complete and, once the tool has ended, survives a power loss.
@Suite("Names of files")
struct FileNameTests {
    /// True where system calls can be watched: on Linux, with strace and the right to use it.
    static let canTrace: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/strace")
        process.arguments = ["-o", "/dev/null", "/bin/true"]
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test(
        "A file that is written is synced, then named, then its folder is synced", .enabled(if: canTrace),
        arguments: [["results", "--output"], ["export", "@last"]])
    func order(command: [String]) async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        _ = try await tool.run("run", try bench.file(count: 3), "--provider", "offline")
        let (target, log) = (bench.path("written"), bench.path("calls"))
        let traced = try await Tool.Running(
            tool: tool, binary: URL(filePath: "/usr/bin/strace"),
            arguments: ["-f", "-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat", "-o", log]
                + [Tool.binary.path] + command + [target], input: nil
        ).ended()
        #expect(traced.code == 0, "\(traced.errors)")
        let calls = try String(contentsOf: URL(filePath: log), encoding: .utf8).split(separator: "\n")
        let content = calls.firstIndex { $0.contains("sync(") && $0.contains("<\(target).") && $0.contains(".tmp>") }
        // A name that must not be taken from another file is given by a link.
        let name = calls.firstIndex {
            ($0.contains("rename") || $0.contains(" link")) && $0.contains("\"\(target)\"")
        }
        let folder = calls.lastIndex { $0.contains("fsync(") && $0.contains("<\(bench.folder.path)>") }
        let order = try [content, name, folder].map { try #require($0, "\(calls)") }
        #expect(order == order.sorted())
    }
}
