import Foundation
import LLMBatchCore

/// The endpoints that issue temporary credentials, and those that describe roles.
extension BedrockService {
    var identityRoutes: [Route] {
        let isHost: @Sendable (IncomingCall) -> Bool = { AWSEndpoint(of: $0) == .host }
        let roles = "/latest/meta-data/iam/security-credentials"
        return [
            Route(.fetchToken, "PUT /latest/api/token", if: isHost, handle: session),
            Route(.fetchToken, "GET \(roles)/{role}", if: isHost) { [unowned self] call throws(Refusal) in
                try checkSession(call)
                return WireReply(nextLoan().setting("Code", "Success"))
            },
            Route(.fetchToken, "GET \(roles)", if: isHost) { [unowned self] call throws(Refusal) in
                try checkSession(call)
                return WireReply(type: "text/plain", body: Data("InstanceRole".utf8))
            },
            Route(.fetchToken, "GET /{path...}", if: isHost, handle: containerCredentials),
            Route(.fetchToken, "POST /", if: { AWSEndpoint(of: $0) == .tokens }, handle: assumeRole),
            Route(.checkAccount, "POST /", if: { AWSEndpoint(of: $0) == .roles }, handle: getRole),
        ]
    }

    // MARK: - The credential endpoints of a host

    private var unauthorized: Refusal { .aws(.host, "Unauthorized", "Unauthorized", status: 401) }

    private func noSuchPath() -> Refusal {
        .aws(.host, "NoSuchKey", "The specified key does not exist.", status: 404)
    }

    private func session(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard Int(call.headers["x-aws-ec2-metadata-token-ttl-seconds"] ?? "") != nil else { throw unauthorized }
        return WireReply(type: "text/plain", body: Data("imds-session".utf8))
    }

    private func checkSession(_ call: IncomingCall) throws(Refusal) {
        guard call.headers["x-aws-ec2-metadata-token"] == "imds-session" else { throw unauthorized }
        guard !account.lentKeys.isEmpty else { throw noSuchPath() }
    }

    private func containerCredentials(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        if call.path.hasPrefix("/latest/") {
            try checkSession(call)
            throw noSuchPath()
        }
        guard account.containerToken == nil || call.headers["authorization"] == account.containerToken else {
            throw unauthorized
        }
        guard !account.lentKeys.isEmpty else { throw noSuchPath() }
        return WireReply(nextLoan())
    }

    private func nextKeys() -> SimulatedAWS.Keys {
        let keys = account.lentKeys[min(loans, account.lentKeys.count - 1)]
        loans += 1
        return keys
    }

    private var loanEnd: String { JSONNode.iso(Fingerprint.now + Int(account.lentFor.components.seconds)) }

    private func nextLoan() -> JSONNode {
        let keys = nextKeys()
        return [
            "AccessKeyId": .string(keys.id), "SecretAccessKey": .string(keys.secret), "Token": .init(keys.token),
            "Expiration": .string(loanEnd),
        ]
    }

    // MARK: - STS and IAM

    /// The Security Token Service.
    private func assumeRole(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let form = call.fields
        let action = form["Action"] ?? ""
        guard ["AssumeRole", "AssumeRoleWithWebIdentity"].contains(action), form["Version"] == "2011-06-15" else {
            throw .aws(.tokens, "InvalidAction", "There is no such action.")
        }
        if action == "AssumeRoleWithWebIdentity" {
            guard form["WebIdentityToken"] == account.webIdentity else {
                throw .aws(.tokens, "InvalidIdentityToken", "The web identity token is not valid.")
            }
        } else if call.headers["authorization"] == nil {
            throw .aws(.tokens, "MissingAuthenticationToken", "Missing Authentication Token", status: 403)
        }
        guard let role = form["RoleArn"], role.hasPrefix("arn:aws:iam::"), form["RoleSessionName"] != nil,
            !account.lentKeys.isEmpty
        else { throw .aws(.tokens, "AccessDenied", "Not authorized to assume the role.", status: 403) }
        let keys = nextKeys()
        return .xml(
            "<\(action)Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><\(action)Result><Credentials>"
                + "<AccessKeyId>\(keys.id)</AccessKeyId><SecretAccessKey>\(keys.secret)</SecretAccessKey>"
                + "<SessionToken>\(keys.token ?? "")</SessionToken><Expiration>\(loanEnd)</Expiration></Credentials>"
                + "</\(action)Result></\(action)Response>")
    }

    /// Identity and Access Management: `GetRole`.
    private func getRole(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let form = call.fields
        guard account.showsRoles else {
            throw .aws(.roles, "AccessDenied", "Not authorized to perform: iam:GetRole", status: 403)
        }
        guard form["Action"] == "GetRole", let name = form["RoleName"], let service = account.roles[name] else {
            throw .aws(.roles, "NoSuchEntity", "The role cannot be found.", status: 404)
        }
        let policy =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"\#(service)"},"Action":"sts:AssumeRole"}]}"#
        let encoded = policy.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return .xml(
            "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult><Role>"
                + "<RoleName>\(name)</RoleName><Arn>arn:aws:iam::\(account.accountID):role/\(name)</Arn>"
                + "<AssumeRolePolicyDocument>\(encoded)</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>"
        )
    }
}
