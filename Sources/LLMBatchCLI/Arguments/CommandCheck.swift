import ArgumentParser
import LLMBatch

/// Checks the command name before the argument parser does, which would answer a misspelling with the whole help.
struct CommandCheck {
    /// The arguments after the program's name.
    let words: [String]

    /// - Throws: `usage` for an unknown command or help topic.
    func run() throws {
        guard let first = words.first else { return }
        if first == "help" { return try checkTopic(Array(words.dropFirst())) }
        guard !first.hasPrefix("-") else { return }
        let commands = Self.names(of: LLMBatchCommand.self)
        guard commands.contains(first) else { throw Self.unknown("command", first, commands + ["help"]) }
        let nested = Self.command(first, of: LLMBatchCommand.self).map(Self.names) ?? []
        guard !nested.isEmpty, let second = words.dropFirst().first, !second.hasPrefix("-"), second != "help",
            !nested.contains(second)
        else { return }
        throw Self.unknown("command", "\(first) \(second)", nested.map { "\(first) \($0)" })
    }

    private func checkTopic(_ topic: [String]) throws {
        var parent: any ParsableCommand.Type = LLMBatchCommand.self
        var path: [String] = []
        for word in topic where !word.hasPrefix("-") {
            let known = Self.names(of: parent)
            guard let next = Self.command(word, of: parent) else {
                let prefix = path.map { $0 + " " }.joined()
                throw Self.unknown("help topic", prefix + word, known.map { prefix + $0 })
            }
            (parent, path) = (next, path + [word])
        }
    }

    private static func command(_ name: String, of parent: any ParsableCommand.Type) -> (any ParsableCommand.Type)? {
        parent.configuration.subcommands.first { Self.name(of: $0) == name }
    }

    private static func names(of parent: any ParsableCommand.Type) -> [String] {
        parent.configuration.subcommands.map(name)
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? "\(command)".lowercased()
    }

    private static func unknown(_ what: String, _ word: String, _ known: [String]) -> LLMBatchError {
        let suggestion = Suggestion.words(for: word, among: known)
        return LLMBatchError(
            .usage, "unknown \(what) \"\(word)\"\(suggestion.isEmpty ? "" : ".\(suggestion)")",
            remedy: "llmbatch help  # lists the commands")
    }
}
