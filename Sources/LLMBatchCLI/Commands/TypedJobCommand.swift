import ArgumentParser

/// Typed jobs: rows in, one value per row out.
struct TypedJobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "Run one prompt over every row of a file.",
        discussion: """
            A job is a batch: status, watch, retry, cancel, show and export work on it too.
            """,
        subcommands: [TypedJobRunCommand.self, TypedJobTest.self, TypedJobResults.self])
}
