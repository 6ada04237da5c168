import ArgumentParser

/// Typed jobs: rows in, a value for each row out.
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "Run one prompt over every row of a file.",
        discussion: """
            A job is a batch: status, watch, retry, cancel, show and export take it as well.
            """,
        subcommands: [JobRunCommand.self, JobTest.self, JobResults.self])
}
