import Foundation
import LLMBatch
import Testing

@Suite("Settings that come in a portable file")
struct PortableSettingsTests {
    @Test("No provider takes over an option that says where requests go, on whose account or with which credential")
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

    @Test("Keys, profiles and places are left out; how requests are put stays")
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
        "A provider that finds credentials by itself uses none that nobody named", arguments: ["bedrock", "vertex-ai"])
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
