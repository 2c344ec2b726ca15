"""Signing in and out, choosing a password, and where an account is reminded."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from core.access import requires
from core.addresses import own_address
from core.db import reading, transaction
from core.errors import DomainError
from core.mail import mail_server
from core.texts import lazy_gettext as _
from people import operations
from people.forms import ContactForm, PasswordForm, SignInForm
from people.mail_addresses import MailLanguage
from people.models import Account
from people.permissions import Permission

bp = Blueprint("account", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def sign_in() -> str | Response:
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                address = request.remote_addr or ""
                identity = operations.sign_in(session, form.username.data, form.password.data, address)
            if identity is not None:
                login_user(identity)
                return redirect(own_address(form.next.data or "", url_for("site.home")))
            form.form_errors.append(_("用户名或密码不正确，请核对后重新输入。"))
        except DomainError as error:
            form.refuse(error)
    return render_template("people/sign_in.html", form=form)


@bp.post("/sign-out")
@requires(Permission.ACCOUNT_OWN)
def sign_out() -> Response:
    logout_user()
    flash(_("您已退出登录。"), "success")
    return redirect(url_for("site.front"))


@bp.route("/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def password() -> str | Response:
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                account = session.get_one(Account, current_user.account_id)
                identity = operations.choose_password(session, account, form.current.data, form.chosen.data)
            login_user(identity)
            flash(_("密码已修改，其他设备上的登录已失效。"), "success")
            return redirect(url_for("site.home"))
        except DomainError as error:
            form.refuse(error)
    return render_template("people/password.html", form=form)


@bp.route("/contact", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def contact() -> str | Response:
    with reading() as session:
        account = session.get_one(Account, current_user.account_id)
    form = ContactForm(email=account.email, language=account.mail_language)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                account, language = session.get_one(Account, account.id), MailLanguage(form.language.data)
                operations.change_contact(session, account, form.email.data or "", language, current_user.actor)
            flash(_("联系方式已保存。"), "success")
            return redirect(url_for(".contact"))
        except DomainError as error:
            form.refuse(error)
    return render_template("people/contact.html", form=form, has_mail=mail_server() is not None)
