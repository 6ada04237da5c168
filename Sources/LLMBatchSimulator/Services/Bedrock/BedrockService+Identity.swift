import Foundation

/// The endpoints that issue temporary credentials, and those that describe roles.
extension BedrockService {
    /// The credential endpoints of a container and of an instance.
    func lend(_ call: IncomingCall) throws(AWSRefusal) -> WireReply {
        let roles = "/latest/meta-data/iam/security-credentials/"
        switch (call.method, call.path) {
        case ("PUT", "/latest/api/token"):
            guard Int(call.headers["x-aws-ec2-metadata-token-ttl-seconds"] ?? "") != nil else {
                throw Self.unauthorized
            }
            return WireReply(type: "text/plain", body: Data("imds-session".utf8))
        case ("GET", let path) where path.hasPrefix("/latest/"):
            guard call.headers["x-aws-ec2-metadata-token"] == "imds-session" else { throw Self.unauthorized }
            guard path.hasPrefix(roles), !account.lentKeys.isEmpty else { throw .noSuchKey(path) }
            return path == roles
                ? WireReply(type: "text/plain", body: Data("InstanceRole".utf8)) : WireReply(nextLoan(code: "Success"))
        default:
            guard account.containerToken == nil || call.headers["authorization"] == account.containerToken else {
                throw Self.unauthorized
            }
            guard !account.lentKeys.isEmpty else { throw .noSuchKey(call.path) }
            return WireReply(nextLoan(code: nil))
        }
    }

    private static var unauthorized: AWSRefusal {
        AWSRefusal(status: 401, code: "Unauthorized", message: "Unauthorized")
    }

    private func nextKeys() -> SimulatedAWS.Keys {
        let keys = account.lentKeys[min(loans, account.lentKeys.count - 1)]
        loans += 1
        return keys
    }

    private var loanEnd: String {
        Self.time(Fingerprint.now + Int(account.lentFor.components.seconds))
    }

    private func nextLoan(code: String?) -> WireJSON {
        let keys = nextKeys()
        var json: [(String, WireJSON)] = code.map { [("Code", .string($0))] } ?? []
        json += [
            ("AccessKeyId", .string(keys.id)), ("SecretAccessKey", .string(keys.secret)), ("Token", .init(keys.token)),
            ("Expiration", .string(loanEnd)),
        ]
        return .object(json)
    }

    /// The Security Token Service.
    func answerTokens(_ call: IncomingCall) throws(AWSRefusal) -> WireReply {
        let form = IncomingCall(
            method: "GET", target: "/?" + String(decoding: call.body, as: UTF8.self), headers: [:], body: Data()
        ).query
        let action = form["Action"] ?? ""
        guard ["AssumeRole", "AssumeRoleWithWebIdentity"].contains(action), form["Version"] == "2011-06-15" else {
            throw AWSRefusal(code: "InvalidAction", message: "There is no such action.")
        }
        if action == "AssumeRoleWithWebIdentity" {
            guard form["WebIdentityToken"] == account.webIdentity else {
                throw AWSRefusal(code: "InvalidIdentityToken", message: "The web identity token is not valid.")
            }
        } else if call.headers["authorization"] == nil {
            throw AWSRefusal(status: 403, code: "MissingAuthenticationToken", message: "Missing Authentication Token")
        }
        guard let role = form["RoleArn"], role.hasPrefix("arn:aws:iam::"), form["RoleSessionName"] != nil,
            !account.lentKeys.isEmpty
        else { throw AWSRefusal(status: 403, code: "AccessDenied", message: "Not authorized to assume the role.") }
        let keys = nextKeys()
        return .xml(
            "<\(action)Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><\(action)Result><Credentials>"
                + "<AccessKeyId>\(keys.id)</AccessKeyId><SecretAccessKey>\(keys.secret)</SecretAccessKey>"
                + "<SessionToken>\(keys.token ?? "")</SessionToken><Expiration>\(loanEnd)</Expiration></Credentials>"
                + "</\(action)Result></\(action)Response>")
    }

    /// Identity and Access Management: `GetRole`.
    func answerRoles(_ call: IncomingCall) throws(AWSRefusal) -> WireReply {
        let form = IncomingCall(
            method: "GET", target: "/?" + String(decoding: call.body, as: UTF8.self), headers: [:], body: Data()
        ).query
        guard account.showsRoles else {
            throw AWSRefusal(status: 403, code: "AccessDenied", message: "Not authorized to perform: iam:GetRole")
        }
        guard form["Action"] == "GetRole", let name = form["RoleName"], let service = account.roles[name] else {
            throw AWSRefusal(status: 404, code: "NoSuchEntity", message: "The role cannot be found.")
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
