import LLMBatch
import Testing

@Suite("Options and the identity of a batch")
struct OptionRoleTests {
    /// Whoever adds an option decides here whether it changes answers.
    @Test("Every option of every provider has a declared role")
    func roles() {
        let answers: Set<String> = [
            "api-version", "beta", "converse", "fail-share", "family", "max-tokens", "native", "only", "schema-field",
            "schema-form", "seed", "structured-output",
        ]
        for description in ProviderCatalog.standard.descriptions {
            #expect(Set(description.answerOptions).isSubset(of: answers), "\(description.name)")
            for pause in ["poll-interval", "backoff", "timeout"] where description.options[pause] != nil {
                #expect(!description.answerOptions.contains(pause))
            }
        }
    }

    @Test("Equivalent addresses are equal; an unknown option makes a difference")
    func identities() {
        func identity(_ address: String?, _ options: [String: String] = [:]) -> ProviderIdentity {
            ProviderIdentity(ProviderSettings(name: "p", baseURL: address, options: options))
        }
        #expect(identity("https://A.example:443/v1/") == identity("https://a.example/v1"))
        #expect(identity("http://a.example:443/v1") != identity("https://a.example/v1"))
        #expect(identity("https://a.example/V1") != identity("https://a.example/v1"))
        #expect(identity(nil, ["native": "false", "timeout": "3"]) == identity(nil))
        let differences = identity(nil, ["mood": "good", "region": "x"]).differences(
            from: identity(nil, ["mood": "bad"]))
        #expect(
            differences.map(\.description) == ["the option mood (good, was bad)", "the option region (x, was not set)"])
        #expect(differences.map(\.isOfAccount) == [false, true])
    }
}
