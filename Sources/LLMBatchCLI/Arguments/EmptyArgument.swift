import LLMBatch

/// An argument that is empty, as a script gives it whose variable is not set: no option takes one.
///
/// `--model ""` would ask for a model without a name, and `--db ""` for another store than was meant.
enum EmptyArgument {
    /// - Throws: a usage error that names the option.
    static func check(_ arguments: [String]) throws {
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return }
            let before = index > 0 ? arguments[index - 1] : ""
            if argument.isEmpty {
                throw empty(before.hasPrefix("-") && before != "-" ? before : "an argument")
            }
            if argument.hasPrefix("--"), argument.hasSuffix("="), !before.hasPrefix("--") {
                throw empty(String(argument.dropLast()))
            }
        }
    }

    private static func empty(_ what: String) -> LLMBatchError {
        LLMBatchError(
            .usage, "\(what) is empty",
            hint: "Is the variable set that it comes from? Leave the option out, or give it a value")
    }
}
