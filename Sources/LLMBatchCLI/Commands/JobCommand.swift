import ArgumentParser

/// Typed jobs: rows in, a value for each row out.
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "Ask the same of every row of a file: rows in, a value for each row out.",
        discussion: """
            A job is a batch: status, watch, retry, cancel, show and export take it as well.
            """,
        subcommands: [JobRunCommand.self, JobTest.self, JobResults.self])
}
