import Foundation
import LLMBatch
import Testing

@Suite("Imported settings")
struct PortableSettingsTests {
    @Test("No provider imports an option that names an address, an account or a credential")
    func options() {
        let words = [
            "profile", "role", "bucket", "region", "endpoint", "url", "project", "location", "account", "organization",
            "workspace", "kms", "prefix", "bearer", "api-version", "beta", "key", "owner", "metadata", "credential",
        ]
        for description in ProviderCatalog.standard.descriptions {
            #expect(description.portableOptions.isSubset(of: description.options.keys), "\(description.name)")
            let odd = description.portableOptions.filter { option in words.contains { option.contains($0) } }
            #expect(odd.isEmpty, "\(description.name): \(odd)")
        }
    }

    @Test("Keys, profiles and locations are not imported; options about the form of requests are")
    func bedrock() throws {
        let settings = ProviderSettings(
            name: "bedrock", model: "m", baseURL: "https://x.example", keySource: "aws:",
            options: [
                "profile": "admin", "bucket": "b", "role": "r", "region": "us-east-1", "native": "true",
                "family": "nova",
                "poll-interval": "1", "no-such-option": "x",
            ])
        let portable = ProviderCatalog.standard.portable(settings)
        #expect(
            portable
                == ProviderSettings(
                    name: "bedrock", model: "m", baseURL: "https://x.example",
                    options: ["native": "true", "family": "nova", "poll-interval": "1"]))
        // A provider of which nothing is known takes over no option at all.
        #expect(ProviderCatalog().portable(settings).options.isEmpty)
    }

    @Test(
        "A provider with a credential chain uses only credentials that were named", arguments: ["bedrock", "vertex-ai"])
    func ambient(_ name: String) {
        let options =
            name == "bedrock"
            ? ["bucket": "batches", "region": "us-east-1", "role": "arn:aws:iam::123456789012:role/Batches"]
            : ["bucket": "gs://batches"]
        let settings = ProviderSettings(name: name, model: "m", options: options)
        let error = #expect(throws: LLMBatchError.self) { try ProviderCatalog.standard.provider(settings) }
        #expect(error?.code == .keyRefused, "\(String(describing: error))")
    }
}
