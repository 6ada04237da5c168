import ArgumentParser
import Foundation
import LLMBatch

/// The tool `llmbatch`.
@main
struct LLMBatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "llmbatch",
        abstract: "Run LLM requests in batches that survive crashes.",
        discussion: """
            llmbatch run FILE does everything. Interrupt it and run it again: the same file is the same batch.
            BATCH is an id, a unique start of one, a name, or @last for the newest.

            Exit codes: 0 done, 1 failed, 2 finished, some requests failed, 3 not found, 4 key missing or refused,
            5 needs attention, 64 usage, 75 temporary, 130 and 143 interrupted.
            """,
        version: "0.1.0",
        subcommands: [
            Run.self, Submit.self, Status.self, List.self, Watch.self, Results.self, Requests.self, Show.self,
            Retry.self,
            Collect.self, Cancel.self, Adopt.self, Recover.self, Resubmit.self, Reconcile.self, Export.self,
            Import.self,
            JobCommand.self, Providers.self,
        ])

    static func main() async {
        // Whoever reads our output may stop at any time; that shows as EPIPE, and ends the program quietly.
        signal(SIGPIPE, SIG_IGN)
        Crash.arm()
        let interruption = Interruption()
        let work = Task {
            let words = Array(CommandLine.arguments.dropFirst())
            try EmptyArgument.check(words)
            try CommandCheck(words: words).run()
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        }
        interruption.watch { work.cancel() }
        do {
            try await work.value
            interruption.exitIfInterrupted()
        } catch {
            interruption.exitIfInterrupted()
            Failure(error).report()
        }
    }
}
