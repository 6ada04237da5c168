import ArgumentParser
import LLMBatch

/// The tool `llmbatch`.
@main
struct LLMBatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "llmbatch",
        abstract: "Batches of LLM requests that survive: submitted once, retried in part, asked by custom id.",
        discussion: """
            llmbatch run FILE does everything, and can be killed and run again: the same file is the same batch.
            A BATCH is named by its id, a unique start of it, its name, or @last for the newest.
            Exit codes: 0 done, 1 failed, 2 finished with unsuccessful requests, 3 not found, 4 key missing or refused,
            5 needs attention, 64 usage, 75 temporary, 130 and 143 interrupted.
            """,
        version: "0.1.0",
        subcommands: [
            Run.self, Submit.self, Status.self, List.self, Watch.self, Results.self, Requests.self, Show.self,
            Retry.self,
            Cancel.self, Adopt.self, Recover.self, Resubmit.self, Reconcile.self, Export.self, Import.self,
            JobCommand.self, Providers.self,
        ])

    static func main() async {
        Crash.arm()
        let interruption = Interruption()
        let work = Task {
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
            Failure(error).report(exit: { exit(withError: $0) })
        }
    }
}
