import Foundation
import LLMBatchCore

/// The organization and project that a call is made for.
struct OpenAIIdentity {
    static let options = [
        "organization": "the OpenAI organization that pays; OPENAI_ORG_ID when left out",
        "project": "the OpenAI project it counts for; OPENAI_PROJECT_ID when left out",
    ]

    let organization: String?
    let project: String?

    init(_ options: ProviderOptions) {
        organization = options.string("organization")
        project = options.string("project")
    }

    /// The options with what they leave open as the environment has it, which is where OpenAI's own client looks.
    static func settled(_ options: [String: String]) -> [String: String] {
        options.filling("organization", from: "OPENAI_ORG_ID").filling("project", from: "OPENAI_PROJECT_ID")
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

extension [String: String] {
    /// With an option taken from a variable of the environment where it is not given and that one says something.
    func filling(_ option: String, from variable: String) -> [String: String] {
        guard self[option] == nil, let value = ProcessInfo.processInfo.environment[variable], !value.isEmpty else {
            return self
        }
        return merging([option: value]) { given, _ in given }
    }
}
