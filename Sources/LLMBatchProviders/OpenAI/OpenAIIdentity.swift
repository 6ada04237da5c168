import LLMBatchCore

/// The organization and project that a call is made for.
struct OpenAIIdentity {
    static let options = [
        "organization": "the OpenAI organization that pays", "project": "the OpenAI project it counts for",
    ]

    let organization: String?
    let project: String?

    init(_ options: ProviderOptions) {
        organization = options.string("organization")
        project = options.string("project")
    }

    var headers: [(String, String)] {
        [("OpenAI-Organization", organization), ("OpenAI-Project", project)].compactMap { name, value in
            value.map { (name, $0) }
        }
    }

    func account(_ provider: String, service: ServiceURL, key: APIKey?) -> ProviderAccount {
        ProviderAccount(
            provider: provider, baseURL: service.text, organization: organization, project: project,
            keyFingerprint: key?.fingerprint)
    }
}
