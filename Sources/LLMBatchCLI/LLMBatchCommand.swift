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
            llmbatch run FILE does everything. Interrupt it at any time: running the same file again resumes the same batch.
            BATCH is an id, a unique prefix of one, a name, or @last for the newest batch.

            Exit codes:
              0         done
              1         failed
              2         finished, but some requests failed
              3         not found
              4         key missing or rejected
              5         needs attention
              64        usage error
              75        transient failure; run the same command again later
              130, 143  interrupted
            """,
        version: "0.1.0",
        subcommands: [
            Run.self, Submit.self, Status.self, List.self, Watch.self, Results.self, Requests.self, Show.self,
            Retry.self,
            Collect.self, Cancel.self, Adopt.self, Recover.self, Resubmit.self, Reconcile.self, Export.self,
            Import.self,
            TypedJobCommand.self, Providers.self,
        ])

    static func main() async {
        // A reader of our output may stop at any time: EPIPE then ends the program quietly.
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
