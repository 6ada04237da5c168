import ArgumentParser
import LLMBatch

/// Tells what is known of the providers.
struct Providers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell what each provider takes, costs, keeps and is called.",
        discussion: "Limits are those of one provider job; a larger batch becomes several jobs of one attempt.")

    @Argument(help: "One provider, with its options and caveats.") var name: String?
    @Flag(help: "Print one JSON object.") var json = false

    private struct Document: Encodable {
        let schemaVersion = BatchDocument.schemaVersion
        let providers: [DescriptionContent]
    }

    func run() async throws {
        let catalog = ProviderCatalog.standard
        guard let name else {
            if json { return try print(catalog.descriptions) }
            for line in DescriptionTable.lines(catalog.descriptions) { try Terminal.print(line) }
            return Terminal.say("llmbatch providers NAME tells more about one.")
        }
        guard let description = catalog.description(of: name) else {
            throw LLMBatchError(
                .notFound, "there is no provider named \"\(name)\"",
                hint: "Known are: \(catalog.names.joined(separator: ", "))")
        }
        if json { return try print([description]) }
        for line in DescriptionText(description).lines { try Terminal.print(line) }
    }

    private func print(_ descriptions: [ProviderDescription]) throws {
        try Terminal.print(json: Document(providers: descriptions.map(DescriptionContent.init)))
    }
}
