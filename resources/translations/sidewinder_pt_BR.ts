<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="pt_BR">
<context>
    <name>sidewinder::ui::AboutDialog</name>
    <message>
        <source>About Sidewinder</source>
        <translation>Sobre o Sidewinder</translation>
    </message>
    <message>
        <source>This window is made with</source>
        <translation>Esta janela é feita com</translation>
    </message>
    <message>
        <source>The programs beside it, also with</source>
        <translation>Os programas ao lado dela, também com</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Copiar detalhes</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Concluir</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copiado</translation>
    </message>
    <message>
        <source>Version %1, licence %2, Qt %3</source>
        <translation>Versão %1, licença %2, Qt %3</translation>
    </message>
    <message>
        <source>An offline coding assistant.</source>
        <translation>Um assistente de programação offline.</translation>
    </message>
    <message>
        <source>A download that you ask for is made by sidewinder-fetch, and a link that you open by your browser: other programs, started for nothing else.</source>
        <translation>Um download que você pede é feito pelo sidewinder-fetch, e um link que você abre, pelo seu navegador: outros programas, iniciados só para isso.</translation>
    </message>
    <message>
        <source>The licences in full: in a bundle in share/doc/sidewinder/licences,
on Debian in /usr/share/doc.</source>
        <translation>As licenças na íntegra:
share/doc/sidewinder/licences (pacote), /usr/share/doc (Debian).</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::Application</name>
    <message>
        <source>This session is not saved: conversations are gone when the window closes.</source>
        <translation>Esta sessão não é salva: as conversas se perdem quando a janela é fechada.</translation>
    </message>
    <message>
        <source>This window cannot open network connections: the kernel refuses them (seccomp).</source>
        <translation>Esta janela não pode abrir conexões de rede: o kernel as recusa (seccomp).</translation>
    </message>
    <message>
        <source>This window opens no network connections, but nothing keeps it from doing so: there are no seccomp filters here.</source>
        <translation>Esta janela não abre conexões de rede, mas nada a impede: aqui não há filtros seccomp.</translation>
    </message>
    <message>
        <source>This window opens no network connections, but nothing keeps it from doing so: the kernel was asked to refuse them and said “%1”.</source>
        <translation>Esta janela não abre conexões de rede, mas nada a impede: pediu-se ao kernel que as recusasse, e ele respondeu “%1”.</translation>
    </message>
    <message>
        <source>This window opens no network connections, but the kernel was not asked to refuse them.</source>
        <translation>Esta janela não abre conexões de rede, mas não se pediu ao kernel que as recusasse.</translation>
    </message>
    <message>
        <source>public domain</source>
        <translation>domínio público</translation>
    </message>
    <message>
        <source>Tree-sitter grammars: %1</source>
        <translation>Gramáticas do Tree-sitter: %1</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ChatHeader</name>
    <message>
        <source>Show or hide the sidebar</source>
        <translation>Mostrar ou ocultar a barra lateral</translation>
    </message>
    <message>
        <source>Ctrl+B</source>
        <translation>Ctrl+B</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Nova conversa</translation>
    </message>
    <message>
        <source>Ctrl+N</source>
        <translation>Ctrl+N</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>Localizar nesta conversa</translation>
    </message>
    <message>
        <source>Ctrl+F</source>
        <translation>Ctrl+F</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mais</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ChatPane</name>
    <message>
        <source>Get a model to start</source>
        <translation>Obtenha um modelo para começar</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Carregando o modelo…</translation>
    </message>
    <message>
        <source>Restart Sidewinder to go on</source>
        <translation>Reinicie o Sidewinder para continuar</translation>
    </message>
    <message>
        <source>Ask about code</source>
        <translation>Pergunte sobre código</translation>
    </message>
    <message>
        <source>Ask about %1</source>
        <translation>Pergunte sobre %1</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::Composer</name>
    <message>
        <source>Stop (Esc)</source>
        <translation>Parar (Esc)</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>Enviar (Enter)</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Parar</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Enviar</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Mensagem</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::Controller</name>
    <message>
        <source>Loading the model: %1 %</source>
        <translation>Carregando o modelo: %1 %</translation>
    </message>
    <message>
        <source>The answer was cut after %1 tokens, the most that Settings allow.</source>
        <translation>A resposta foi cortada após %1 tokens, o máximo permitido nas Configurações.</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>não salvo</translation>
    </message>
    <message>
        <source>Use the CPU</source>
        <translation>Usar a CPU</translation>
    </message>
    <message>
        <source>%1 is still being prepared. Send again in a moment.</source>
        <translation>%1 ainda está sendo preparado. Envie de novo em instantes.</translation>
    </message>
    <message>
        <source>Nothing of %1 was read with this model. Read it first, or chat without it.</source>
        <translation>Nada de %1 foi lido com este modelo. Leia-o primeiro ou converse sem ele.</translation>
    </message>
    <message>
        <source>This chat&apos;s project was read with another model, whose tokens mean nothing to this one. Choose that model on the Models page, or read the project with this one and ask in a new chat.</source>
        <translation>O projeto desta conversa foi lido com outro modelo, cujos tokens nada significam para este. Escolha aquele modelo na página Modelos ou leia o projeto com este e pergunte em uma nova conversa.</translation>
    </message>
    <message>
        <source>selected in the editor</source>
        <translation>selecionado no editor</translation>
    </message>
    <message>
        <source>mentioned with @</source>
        <translation>mencionado com @</translation>
    </message>
    <message>
        <source>named in the question</source>
        <translation>citado na pergunta</translation>
    </message>
    <message>
        <source>found by search</source>
        <translation>encontrado na busca</translation>
    </message>
    <message>
        <source>The next questions in this chat may have it beside them again.</source>
        <translation>As próximas perguntas desta conversa podem voltar a tê-lo ao lado.</translation>
    </message>
    <message>
        <source>The next questions in this chat go without it. Edit this one to ask it again.</source>
        <translation>As próximas perguntas desta conversa vão sem ele. Edite esta para perguntar de novo.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ConversationDelegate</name>
    <message>
        <source>Title</source>
        <translation>Título</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ConversationModel</name>
    <message>
        <source>Pinned</source>
        <translation>Fixadas</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Hoje</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Ontem</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Últimos 7 dias</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Últimos 30 dias</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>Antes</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Nova conversa</translation>
    </message>
    <message>
        <source>%1, pinned</source>
        <translation>%1, fixada</translation>
    </message>
    <message>
        <source>, project %1</source>
        <translation>, projeto %1</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::DropOverlay</name>
    <message>
        <source>Drop the folder to read it as a project</source>
        <translation>Solte a pasta para lê-la como projeto</translation>
    </message>
    <message>
        <source>You see what is in it before anything is read.</source>
        <translation>Você vê o que há nela antes que algo seja lido.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::EmptyPage</name>
    <message>
        <source>Write a binary search in C++</source>
        <translation>Escreva uma busca binária em C++</translation>
    </message>
    <message>
        <source>Write a binary search over a sorted std::span in C++20, with tests for the empty and one-element cases.</source>
        <translation>Escreva uma busca binária em um std::span ordenado em C++20, com testes para os casos vazio e de um elemento.</translation>
    </message>
    <message>
        <source>Explain a regular expression</source>
        <translation>Explique uma expressão regular</translation>
    </message>
    <message>
        <source>Explain this regular expression piece by piece: ^(?:[a-z0-9]+(?:-[a-z0-9]+)*)$</source>
        <translation>Explique esta expressão regular parte por parte: ^(?:[a-z0-9]+(?:-[a-z0-9]+)*)$</translation>
    </message>
    <message>
        <source>Turn a shell script into Python</source>
        <translation>Converta um script de shell em Python</translation>
    </message>
    <message>
        <source>Turn this shell script into a small Python program:

for f in *.log; do gzip -9 &quot;$f&quot; &amp;&amp; mv &quot;$f.gz&quot; old/; done</source>
        <translation>Converta este script de shell em um pequeno programa em Python:

for f in *.log; do gzip -9 &quot;$f&quot; &amp;&amp; mv &quot;$f.gz&quot; old/; done</translation>
    </message>
    <message>
        <source>Find the bug in a function</source>
        <translation>Encontre o erro em uma função</translation>
    </message>
    <message>
        <source>Find the bug:

```c
int mean(const int *v, unsigned n) {
    int sum = 0;
    for (unsigned i = 0; i &lt;= n; i++) sum += v[i];
    return sum / n;
}
```</source>
        <translation>Encontre o erro:

```c
int mean(const int *v, unsigned n) {
    int sum = 0;
    for (unsigned i = 0; i &lt;= n; i++) sum += v[i];
    return sum / n;
}
```</translation>
    </message>
    <message>
        <source>Runs on this machine. Nothing leaves it.</source>
        <translation>Funciona nesta máquina. Nada sai dela.</translation>
    </message>
    <message>
        <source>There is no model on this machine yet.</source>
        <translation>Ainda não há um modelo nesta máquina.</translation>
    </message>
    <message>
        <source>Demo model, for trying Sidewinder out. It is too small to be right.</source>
        <translation>Modelo de demonstração, para experimentar o Sidewinder. É pequeno demais para acertar.</translation>
    </message>
    <message>
        <source>Get a model</source>
        <translation>Obter um modelo</translation>
    </message>
    <message>
        <source>Get the full model</source>
        <translation>Obter o modelo completo</translation>
    </message>
    <message>
        <source>Reverse a string</source>
        <translation>Inverter uma string</translation>
    </message>
    <message>
        <source>Check for a prime number</source>
        <translation>Verificar se um número é primo</translation>
    </message>
    <message>
        <source>A class for a stack</source>
        <translation>Uma classe de pilha</translation>
    </message>
    <message>
        <source>Count the words of a text</source>
        <translation>Contar as palavras de um texto</translation>
    </message>
    <message>
        <source>Open project… (Ctrl+O)</source>
        <translation>Abrir projeto… (Ctrl+O)</translation>
    </message>
    <message>
        <source>Ask about a project: drop a folder here</source>
        <translation>Pergunte sobre um projeto: solte uma pasta aqui</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::EngineWorker</name>
    <message>
        <source>There was not enough memory to go on. The conversation is saved.</source>
        <translation>Não havia memória suficiente para continuar. A conversa está salva.</translation>
    </message>
    <message>
        <source>There is not enough memory for this model. Close other programs, or choose a smaller precision on the Models page.</source>
        <translation>Não há memória suficiente para este modelo. Feche outros programas ou escolha uma precisão menor na página Modelos.</translation>
    </message>
    <message>
        <source>There was not enough memory to go on reading. What was read is kept.</source>
        <translation>Não havia memória suficiente para continuar a leitura. O que foi lido está guardado.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ExcerptNote</name>
    <message>
        <source>%1:%2–%3</source>
        <translation>%1:%2–%3</translation>
    </message>
    <message>
        <source>%1, %2, %3</source>
        <translation>%1, %2, %3</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>1 excerpt beside your question, %1</source>
        <translation>1 trecho junto da sua pergunta, %1</translation>
    </message>
    <message>
        <source>%1 excerpts beside your question, %2</source>
        <translation>%1 trechos junto da sua pergunta, %2</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Aberto</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>Fechado</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::ExcerptsWorker</name>
    <message>
        <source>The question goes without excerpts of the project. %1</source>
        <translation>A pergunta segue sem trechos do projeto. %1</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::FindBar</name>
    <message>
        <source>Not found</source>
        <translation>Não encontrado</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Procurando…</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 de %2</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>Localizar nesta conversa</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>Ocorrência anterior</translation>
    </message>
    <message>
        <source>Next match</source>
        <translation>Próxima ocorrência</translation>
    </message>
    <message>
        <source>Close find</source>
        <translation>Fechar a busca</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::FolderForm</name>
    <message>
        <source>Import a model&apos;s folder, in Mistral&apos;s or Hugging Face&apos;s layout. Every file is read and checked.</source>
        <translation>Importe a pasta de um modelo, no formato da Mistral ou da Hugging Face. Cada arquivo é lido e verificado.</translation>
    </message>
    <message>
        <source>Copy the model to a folder, such as a USB stick, with a list of checksums. Import it from there on another machine.</source>
        <translation>Copie o modelo para uma pasta, como um pendrive, com uma lista de somas de verificação. Em outra máquina, importe-o de lá.</translation>
    </message>
    <message>
        <source>/folder/of/the/model</source>
        <translation>/pasta/do/modelo</translation>
    </message>
    <message>
        <source>/media/stick</source>
        <translation>/media/pendrive</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Pasta</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Procurar…</translation>
    </message>
    <message>
        <source>Copy the files</source>
        <translation>Copiar os arquivos</translation>
    </message>
    <message>
        <source>Use them where they are</source>
        <translation>Usar onde estão</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Importar</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportar</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::InlineEditor</name>
    <message>
        <source>Edit your message</source>
        <translation>Edite sua mensagem</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>Enviar de novo</translation>
    </message>
    <message>
        <source>Cancel editing</source>
        <translation>Cancelar a edição</translation>
    </message>
    <message>
        <source>Send the edited message</source>
        <translation>Enviar a mensagem editada</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::LinkDialog</name>
    <message>
        <source>Open this link?</source>
        <translation>Abrir este link?</translation>
    </message>
    <message>
        <source>Open this link in your browser?</source>
        <translation>Abrir este link no navegador?</translation>
    </message>
    <message>
        <source>The answer wrote it; Sidewinder itself opens nothing. The page will be at %1.</source>
        <translation>Quem o escreveu foi a resposta; o Sidewinder não abre nada sozinho. A página fica em %1.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Endereço</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>Copiar endereço</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Abrir</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::LinkOpener</name>
    <message>
        <source>Links cannot be opened from here. Copy the address into your browser.</source>
        <translation>Não é possível abrir links daqui. Copie o endereço para o seu navegador.</translation>
    </message>
    <message>
        <source>The link could not be opened: %1 Copy the address into your browser.</source>
        <translation>Não foi possível abrir o link: %1 Copie o endereço para o seu navegador.</translation>
    </message>
    <message>
        <source>No browser took the link. Copy the address into yours.</source>
        <translation>Nenhum navegador abriu o link. Copie o endereço para o seu.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::MainWindow</name>
    <message>
        <source>New chat</source>
        <translation>Nova conversa</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>Buscar em todas as conversas</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>Localizar nesta conversa</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>Parar a resposta</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>Responder de novo</translation>
    </message>
    <message>
        <source>Copy the last answer</source>
        <translation>Copiar a última resposta</translation>
    </message>
    <message>
        <source>Rename chat</source>
        <translation>Renomear conversa</translation>
    </message>
    <message>
        <source>Pin chat</source>
        <translation>Fixar conversa</translation>
    </message>
    <message>
        <source>Delete chat</source>
        <translation>Excluir conversa</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>Escrever uma mensagem</translation>
    </message>
    <message>
        <source>Show or hide the sidebar</source>
        <translation>Mostrar ou ocultar a barra lateral</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Configurações</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>Texto maior</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Texto menor</translation>
    </message>
    <message>
        <source>Normal text size</source>
        <translation>Tamanho normal do texto</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Atalhos de teclado</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Sair</translation>
    </message>
    <message>
        <source>Unpin chat</source>
        <translation>Desafixar conversa</translation>
    </message>
    <message>
        <source>The chat was deleted.</source>
        <translation>A conversa foi excluída.</translation>
    </message>
    <message>
        <source>“%1” was deleted.</source>
        <translation>“%1” foi excluída.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Desfazer</translation>
    </message>
    <message>
        <source>About Sidewinder</source>
        <translation>Sobre o Sidewinder</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelos</translation>
    </message>
    <message>
        <source>Read a project</source>
        <translation>Ler um projeto</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>Abrir projeto…</translation>
    </message>
    <message>
        <source>Open project</source>
        <translation>Abrir projeto</translation>
    </message>
    <message>
        <source>“%1” was removed with what was read of it. Its folder and its chats stay.</source>
        <translation>“%1” foi removido com o que foi lido dele. A pasta e as conversas ficam.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ModelCard</name>
    <message>
        <source>Close</source>
        <translation>Fechar</translation>
    </message>
    <message>
        <source>Nothing else is sent than the names of the files and your access token.</source>
        <translation>Nada é enviado além dos nomes dos arquivos e do seu token de acesso.</translation>
    </message>
    <message>
        <source>Nothing else is sent than the names of the files.</source>
        <translation>Nada é enviado além dos nomes dos arquivos.</translation>
    </message>
    <message>
        <source>Sidewinder is offline. Downloading connects to %1 and to the servers where it keeps its files. %2</source>
        <translation>O Sidewinder está offline. O download se conecta a %1 e aos servidores onde ele guarda os arquivos. %2</translation>
    </message>
    <message>
        <source>Go online and download</source>
        <translation>Ficar online e baixar</translation>
    </message>
    <message>
        <source>Stay offline</source>
        <translation>Continuar offline</translation>
    </message>
    <message>
        <source>%1 is in use. Use another model first, then remove it.</source>
        <translation>%1 está em uso. Use antes outro modelo e depois remova este.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Remover</translation>
    </message>
    <message>
        <source>Delete %1</source>
        <translation>Excluir %1</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Manter</translation>
    </message>
    <message>
        <source>End the download? %1 have come; with them it can go on later.</source>
        <translation>Encerrar o download? Já chegaram %1; com eles é possível continuar depois.</translation>
    </message>
    <message>
        <source>Keep what has come</source>
        <translation>Manter o que já chegou</translation>
    </message>
    <message>
        <source>Delete it</source>
        <translation>Excluir</translation>
    </message>
    <message>
        <source>Go on downloading</source>
        <translation>Continuar baixando</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Usar</translation>
    </message>
    <message>
        <source>Add without copying</source>
        <translation>Adicionar sem copiar</translation>
    </message>
    <message>
        <source>Use as %1</source>
        <translation>Usar em %1</translation>
    </message>
    <message>
        <source>Resume download</source>
        <translation>Retomar download</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>Baixar de novo</translation>
    </message>
    <message>
        <source>Download %1</source>
        <translation>Baixar %1</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Baixar</translation>
    </message>
    <message>
        <source>One download at a time.</source>
        <translation>Um download por vez.</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Verificar</translation>
    </message>
    <message>
        <source>Make the %1 file</source>
        <translation>Criar o arquivo %1</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportar…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Remover…</translation>
    </message>
    <message>
        <source>Another model is being worked on.</source>
        <translation>Outro modelo está sendo processado.</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Detalhes</translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation>Ocultar detalhes</translation>
    </message>
    <message>
        <source>Demo model</source>
        <translation>Modelo de demonstração</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ModelDetails</name>
    <message>
        <source>Source</source>
        <translation>Origem</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licença</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>não conhecida</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Pasta</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disco</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Arquivos</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::ModelDownload</name>
    <message>
        <source>The download ended without saying why (code %1). Nothing is lost: resume it.</source>
        <translation>O download terminou sem dizer por quê (código %1). Nada se perdeu: retome-o.</translation>
    </message>
</context>
<context>
    <name>ModelText</name>
    <message>
        <source>%1 of %2 %3</source>
        <translation>%1 de %2 %3</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>Em uso</translation>
    </message>
    <message>
        <source>Built in</source>
        <translation>Incluído</translation>
    </message>
    <message>
        <source>Not on this machine</source>
        <translation>Não está nesta máquina</translation>
    </message>
    <message>
        <source>In the Hugging Face cache</source>
        <translation>No cache da Hugging Face</translation>
    </message>
    <message>
        <source>Not complete</source>
        <translation>Incompleto</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>Instalado</translation>
    </message>
    <message>
        <source>Cannot be used</source>
        <translation>Não pode ser usado</translation>
    </message>
    <message>
        <source>For trying Sidewinder out. It is too small to be right.</source>
        <translation>Para experimentar o Sidewinder. É pequeno demais para acertar.</translation>
    </message>
    <message>
        <source>%1 are here</source>
        <translation>%1 já estão aqui</translation>
    </message>
    <message>
        <source>Fits on %1: %2 takes %3 that are free.</source>
        <translation>Cabe em %1: %2 ocupa %3 livres.</translation>
    </message>
    <message>
        <source>Fits on %1 as %2, which takes %3 that are free. %4 would take %5.</source>
        <translation>Cabe em %1 como %2, que ocupa %3 livres. %4 ocuparia %5.</translation>
    </message>
    <message>
        <source>Runs on the processor: %1 takes %2 of memory that are free. There is no GPU to use.</source>
        <translation>Roda no processador: %1 ocupa %2 de memória livres. Não há GPU que se possa usar.</translation>
    </message>
    <message>
        <source>Runs on the processor only: %1 takes %2 of memory that are free. On %3 even %4 takes %5, and %6 are free.</source>
        <translation>Roda só no processador: %1 ocupa %2 de memória livres. Em %3, mesmo %4 ocupa %5, e há %6 livres.</translation>
    </message>
    <message>
        <source>Does not fit into this machine&apos;s memory: even %1 takes %2, and %3 are free. Close other programs, or use a machine with more memory.</source>
        <translation>Não cabe na memória desta máquina: mesmo %1 ocupa %2, e há %3 livres. Feche outros programas ou use uma máquina com mais memória.</translation>
    </message>
    <message>
        <source>It comes with Sidewinder.</source>
        <translation>Vem com o Sidewinder.</translation>
    </message>
    <message>
        <source>%1 at %2</source>
        <translation>%1 em %2</translation>
    </message>
    <message>
        <source>Used where it is: %1</source>
        <translation>Usado onde está: %1</translation>
    </message>
    <message>
        <source>Imported from a folder</source>
        <translation>Importado de uma pasta</translation>
    </message>
    <message>
        <source>%1, revision %2</source>
        <translation>%1, revisão %2</translation>
    </message>
    <message>
        <source>%1, revision %2, commit %3</source>
        <translation>%1, revisão %2, commit %3</translation>
    </message>
    <message>
        <source>%1 from %2</source>
        <translation>%1, de %2</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>%1 livres</translation>
    </message>
    <message>
        <source>%1 needed</source>
        <translation>%1 necessários</translation>
    </message>
    <message>
        <source>Needs %1 of disk; %2 are free.</source>
        <translation>Precisa de %1 em disco; há %2 livres.</translation>
    </message>
    <message>
        <source>Needs %1 of disk, and %2 are free. Make room before you download it.</source>
        <translation>Precisa de %1 em disco, e há %2 livres. Libere espaço antes de baixar.</translation>
    </message>
    <message>
        <source>Remove %1? Its own files in %2 stay. Files made from it go: %3.</source>
        <translation>Remover %1? Os arquivos dele em %2 ficam. Os arquivos criados a partir dele vão embora: %3.</translation>
    </message>
    <message>
        <source>Remove what has come of %1? %2 are deleted.</source>
        <translation>Remover o que já chegou de %1? São excluídos %2.</translation>
    </message>
    <message>
        <source>Remove %1? Its folder and %2 are deleted for good.</source>
        <translation>Remover %1? A pasta dele e %2 são excluídos de vez.</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Encerrando…</translation>
    </message>
    <message>
        <source>Asking what there is…</source>
        <translation>Perguntando o que há…</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Baixando</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Em pausa</translation>
    </message>
    <message>
        <source>Verifying %1</source>
        <translation>Verificando %1</translation>
    </message>
    <message>
        <source>Putting the files in place…</source>
        <translation>Colocando os arquivos no lugar…</translation>
    </message>
    <message>
        <source>Checking every file</source>
        <translation>Verificando cada arquivo</translation>
    </message>
    <message>
        <source>Making the %1 file</source>
        <translation>Criando o arquivo %1</translation>
    </message>
    <message>
        <source>Loading as %1</source>
        <translation>Carregando em %1</translation>
    </message>
    <message>
        <source>Importing</source>
        <translation>Importando</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>Exportando</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>Removendo…</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>about %1 left</source>
        <translation>faltam cerca de %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 de %2</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::ModelsController</name>
    <message>
        <source>%1, whose file is made now</source>
        <translation>%1, cujo arquivo é criado agora</translation>
    </message>
    <message>
        <source>%1 is in use. Use another model first, then remove it.</source>
        <translation>%1 está em uso. Use antes outro modelo e depois remova este.</translation>
    </message>
    <message>
        <source>Imported, and every file was checked.</source>
        <translation>Importado, e cada arquivo foi verificado.</translation>
    </message>
    <message>
        <source>Downloaded, and every file was checked.</source>
        <translation>Baixado, e cada arquivo foi verificado.</translation>
    </message>
    <message>
        <source>Every file is right.</source>
        <translation>Todos os arquivos estão certos.</translation>
    </message>
    <message>
        <source>The %1 file is made.</source>
        <translation>O arquivo %1 foi criado.</translation>
    </message>
    <message>
        <source>Exported to %1. “sha256sum -c SHA256SUMS” checks it there.</source>
        <translation>Exportado para %1. “sha256sum -c SHA256SUMS” verifica tudo lá.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ModelsPage</name>
    <message>
        <source>Models</source>
        <translation>Modelos</translation>
    </message>
    <message>
        <source>Show or hide the sidebar</source>
        <translation>Mostrar ou ocultar a barra lateral</translation>
    </message>
    <message>
        <source>Ctrl+B</source>
        <translation>Ctrl+B</translation>
    </message>
    <message>
        <source>Back to the chat</source>
        <translation>Voltar à conversa</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Import a folder…</source>
        <translation>Importar uma pasta…</translation>
    </message>
    <message>
        <source>Other repository…</source>
        <translation>Outro repositório…</translation>
    </message>
    <message>
        <source>Kept in %1, %2 free.</source>
        <translation>Guardados em %1, com %2 livres.</translation>
    </message>
    <message>
        <source>Kept in %1.</source>
        <translation>Guardados em %1.</translation>
    </message>
    <message>
        <source>Offline: nothing is downloaded before you say so.</source>
        <translation>Offline: nada é baixado antes que você diga.</translation>
    </message>
    <message>
        <source>Online: a download starts when you press its button, and never by itself.</source>
        <translation>Online: um download só começa quando você aperta o botão dele, nunca sozinho.</translation>
    </message>
    <message>
        <source>Looking at what is here and what fits on this machine…</source>
        <translation>Vendo o que há aqui e o que cabe nesta máquina…</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::ModelsWorker</name>
    <message>
        <source>There was not enough memory for this. Close other programs and try again.</source>
        <translation>Não havia memória suficiente para isto. Feche outros programas e tente de novo.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::NoticeBar</name>
    <message>
        <source>Copied</source>
        <translation>Copiado</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Copiar detalhes</translation>
    </message>
    <message>
        <source>Close notice</source>
        <translation>Fechar aviso</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fechar</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::PrecisionRow</name>
    <message>
        <source>GPU: %1</source>
        <translation>GPU: %1</translation>
    </message>
    <message>
        <source>Processor: %1</source>
        <translation>Processador: %1</translation>
    </message>
    <message>
        <source>as it comes</source>
        <translation>como vem</translation>
    </message>
    <message>
        <source>%1, made</source>
        <translation>%1, pronto</translation>
    </message>
    <message>
        <source>%1, made on first use</source>
        <translation>%1, ao usar</translation>
    </message>
    <message>
        <source>File: %1</source>
        <translation>Arquivo: %1</translation>
    </message>
    <message>
        <source>; GPU %1</source>
        <translation>; GPU %1</translation>
    </message>
    <message>
        <source>; processor %1</source>
        <translation>; processador %1</translation>
    </message>
    <message>
        <source>%1, fits</source>
        <translation>%1, cabe</translation>
    </message>
    <message>
        <source>%1, too much</source>
        <translation>%1, é demais</translation>
    </message>
    <message>
        <source>, too much</source>
        <translation>, é demais</translation>
    </message>
    <message>
        <source>Fits: %1 are free</source>
        <translation>Cabe: há %1 livres</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::PrecisionTable</name>
    <message>
        <source>Precision</source>
        <translation>Precisão</translation>
    </message>
    <message>
        <source>GPU, %1 free</source>
        <translation>GPU, %1 livres</translation>
    </message>
    <message>
        <source>Processor, %1 free</source>
        <translation>Processador, %1 livres</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Arquivo</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ProgressBlock</name>
    <message>
        <source>Resume</source>
        <translation>Retomar</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausar</translation>
    </message>
    <message>
        <source>Cancel…</source>
        <translation>Cancelar…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Parar</translation>
    </message>
    <message>
        <source>%1, checked</source>
        <translation>%1, verificado</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ProjectChip</name>
    <message>
        <source>Project %1: choose files</source>
        <translation>Projeto %1: escolher arquivos</translation>
    </message>
    <message>
        <source>Chat without the project</source>
        <translation>Conversar sem o projeto</translation>
    </message>
    <message>
        <source>Update…</source>
        <translation>Atualizar…</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuar</translation>
    </message>
    <message>
        <source>Read…</source>
        <translation>Ler…</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ProjectList</name>
    <message>
        <source>Continue reading</source>
        <translation>Continuar a leitura</translation>
    </message>
    <message>
        <source>Read…</source>
        <translation>Ler…</translation>
    </message>
    <message>
        <source>Update…</source>
        <translation>Atualizar…</translation>
    </message>
    <message>
        <source>New chat in this project</source>
        <translation>Nova conversa neste projeto</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>Escolher arquivos…</translation>
    </message>
    <message>
        <source>Copy the folder&apos;s path</source>
        <translation>Copiar o caminho da pasta</translation>
    </message>
    <message>
        <source>Remove project</source>
        <translation>Remover projeto</translation>
    </message>
    <message>
        <source>Projects</source>
        <translation>Projetos</translation>
    </message>
    <message>
        <source>Open project</source>
        <translation>Abrir projeto</translation>
    </message>
    <message>
        <source>Open project… (Ctrl+O)</source>
        <translation>Abrir projeto… (Ctrl+O)</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>Abrir projeto…</translation>
    </message>
    <message>
        <source>Choose a folder, or drop one on the window (Ctrl+O)</source>
        <translation>Escolha uma pasta ou solte uma na janela (Ctrl+O)</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ProjectListModel</name>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ProjectSheet</name>
    <message>
        <source>There is no file in this folder.</source>
        <translation>Não há nenhum arquivo nesta pasta.</translation>
    </message>
    <message>
        <source>Read a project</source>
        <translation>Ler um projeto</translation>
    </message>
    <message>
        <source>Back to the chat</source>
        <translation>Voltar à conversa</translation>
    </message>
    <message>
        <source>Back to the chat (Esc)</source>
        <translation>Voltar à conversa (Esc)</translation>
    </message>
    <message>
        <source>Show or hide the sidebar</source>
        <translation>Mostrar ou ocultar a barra lateral</translation>
    </message>
    <message>
        <source>Show or hide the sidebar (Ctrl+B)</source>
        <translation>Mostrar ou ocultar a barra lateral (Ctrl+B)</translation>
    </message>
    <message>
        <source>Filter by name or path</source>
        <translation>Filtrar por nome ou caminho</translation>
    </message>
    <message>
        <source>Filter files</source>
        <translation>Filtrar arquivos</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Todos os arquivos</translation>
    </message>
    <message>
        <source>Ticked</source>
        <translation>Marcados</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Deixados de fora</translation>
    </message>
    <message>
        <source>To be read now</source>
        <translation>A ler agora</translation>
    </message>
    <message>
        <source>Which files are listed</source>
        <translation>Quais arquivos são listados</translation>
    </message>
    <message>
        <source>Files of the project</source>
        <translation>Arquivos do projeto</translation>
    </message>
</context>
<context>
    <name>ProjectText</name>
    <message>
        <source>1 token</source>
        <translation>1 token</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 tokens</translation>
    </message>
    <message>
        <source>%1k tokens</source>
        <translation>%1 mil tokens</translation>
    </message>
    <message>
        <source>%1 B</source>
        <translation>%1 B</translation>
    </message>
    <message>
        <source>%1 kB</source>
        <translation>%1 kB</translation>
    </message>
    <message>
        <source>%1 MB</source>
        <translation>%1 MB</translation>
    </message>
    <message>
        <source>%1 GB</source>
        <translation>%1 GB</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Verificando…</translation>
    </message>
    <message>
        <source>Not read</source>
        <translation>Não lido</translation>
    </message>
    <message>
        <source>Not read with this model</source>
        <translation>Não lido com este modelo</translation>
    </message>
    <message>
        <source>Reading, %1 %</source>
        <translation>Lendo, %1 %</translation>
    </message>
    <message>
        <source>%1 % read, paused</source>
        <translation>%1 % lido, em pausa</translation>
    </message>
    <message>
        <source>Read, %1</source>
        <translation>Lido, %1</translation>
    </message>
    <message>
        <source>1 file changed</source>
        <translation>1 arquivo alterado</translation>
    </message>
    <message>
        <source>%1 files changed</source>
        <translation>%1 arquivos alterados</translation>
    </message>
    <message>
        <source>Its folder is not there</source>
        <translation>A pasta não está lá</translation>
    </message>
    <message>
        <source>%1, %2 to read</source>
        <translation>%1, %2 a ler</translation>
    </message>
    <message>
        <source>Nothing changed: %1 are kept, none to read.</source>
        <translation>Nada mudou: %1 guardados, nenhum a ler.</translation>
    </message>
    <message>
        <source>%1 to read.</source>
        <translation>%1 a ler.</translation>
    </message>
    <message>
        <source>1 came</source>
        <translation>1 veio</translation>
    </message>
    <message>
        <source>%1 came</source>
        <translation>%1 vieram</translation>
    </message>
    <message>
        <source>1 went</source>
        <translation>1 saiu</translation>
    </message>
    <message>
        <source>%1 went</source>
        <translation>%1 saíram</translation>
    </message>
    <message>
        <source>%1 to read, %2 kept</source>
        <translation>%1 a ler, %2 guardados</translation>
    </message>
    <message>
        <source>%1 to read</source>
        <translation>%1 a ler</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>no time</source>
        <translation>nenhum tempo</translation>
    </message>
    <message>
        <source>about %1 on this device</source>
        <translation>cerca de %1 neste dispositivo</translation>
    </message>
    <message>
        <source>the time is not known yet: nothing was read on this device so far</source>
        <translation>um tempo ainda desconhecido: nada foi lido neste dispositivo até agora</translation>
    </message>
    <message>
        <source>Takes %1, and %2 of disk to keep.</source>
        <translation>Leva %1 e ocupa %2 em disco.</translation>
    </message>
    <message>
        <source>Waiting for the model to be loaded…</source>
        <translation>Esperando o modelo ser carregado…</translation>
    </message>
    <message>
        <source>Preparing what is to be read…</source>
        <translation>Preparando o que será lido…</translation>
    </message>
    <message>
        <source>Listing the files…</source>
        <translation>Listando os arquivos…</translation>
    </message>
    <message>
        <source>Looking at %1 of %2 files…</source>
        <translation>Examinando %1 de %2 arquivos…</translation>
    </message>
    <message>
        <source>Preparing to read %1</source>
        <translation>Preparando a leitura de %1</translation>
    </message>
    <message>
        <source>Reading %1</source>
        <translation>Lendo %1</translation>
    </message>
    <message>
        <source>Reading %1 is paused</source>
        <translation>A leitura de %1 está em pausa</translation>
    </message>
    <message>
        <source>Reading %1 waits for the answer, then goes on</source>
        <translation>A leitura de %1 espera a resposta e depois continua</translation>
    </message>
    <message>
        <source>%1 of %2 tokens</source>
        <translation>%1 de %2 tokens</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 tokens/s</translation>
    </message>
    <message>
        <source>about %1 left</source>
        <translation>faltam cerca de %1</translation>
    </message>
    <message>
        <source>%1 kept</source>
        <translation>%1 guardados</translation>
    </message>
</context>
<context>
    <name>ProjectWords</name>
    <message>
        <source>Ticked out</source>
        <translation>Desmarcado</translation>
    </message>
    <message>
        <source>Ignored</source>
        <translation>Ignorado</translation>
    </message>
    <message>
        <source>Git&apos;s own</source>
        <translation>Do próprio Git</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Link</translation>
    </message>
    <message>
        <source>No file</source>
        <translation>Não é arquivo</translation>
    </message>
    <message>
        <source>Other disk</source>
        <translation>Outro disco</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Laço</translation>
    </message>
    <message>
        <source>Too deep</source>
        <translation>Fundo demais</translation>
    </message>
    <message>
        <source>Too many</source>
        <translation>Muitos demais</translation>
    </message>
    <message>
        <source>Too large</source>
        <translation>Grande demais</translation>
    </message>
    <message>
        <source>Unreadable</source>
        <translation>Ilegível</translation>
    </message>
    <message>
        <source>Gone</source>
        <translation>Sumiu</translation>
    </message>
    <message>
        <source>Being changed</source>
        <translation>Em mudança</translation>
    </message>
    <message>
        <source>Not text</source>
        <translation>Não é texto</translation>
    </message>
    <message>
        <source>Generated</source>
        <translation>Gerado</translation>
    </message>
    <message>
        <source>Looks secret</source>
        <translation>Parece secreto</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Alterado</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Novo</translation>
    </message>
    <message>
        <source>How well this model finds again what it has read: not measured (sidewinder-cli recall).</source>
        <translation>Quão bem este modelo reencontra o que leu: não medido (sidewinder-cli recall).</translation>
    </message>
    <message>
        <source>Of what it read %1 tokens before, this model found %2 of %3 from the state alone, %4 with excerpts.</source>
        <translation>Do que leu %1 tokens antes, este modelo encontrou %2 de %3 só pelo estado e %4 com trechos.</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::ProjectsWorker</name>
    <message>
        <source>There was not enough memory for this. Close other programs and try again.</source>
        <translation>Não havia memória suficiente para isto. Feche outros programas e tente de novo.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ProxyPassword</name>
    <message>
        <source>Keep</source>
        <translation>Guardar</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Esquecer</translation>
    </message>
    <message>
        <source>In a file that only you may read, not encrypted</source>
        <translation>Em um arquivo que só você pode ler, sem criptografia</translation>
    </message>
    <message>
        <source>Proxy password</source>
        <translation>Senha do proxy</translation>
    </message>
    <message>
        <source>For a proxy with a name: NAME@HOST:PORT</source>
        <translation>Para um proxy com nome: NOME@HOST:PORTA</translation>
    </message>
</context>
<context>
    <name>sidewinder::app::ProxyPasswordKeeper</name>
    <message>
        <source>The keyring has not answered yet. Try again in a moment.</source>
        <translation>O chaveiro ainda não respondeu. Tente de novo daqui a pouco.</translation>
    </message>
    <message>
        <source>Nothing was kept (code %1). Try it again.</source>
        <translation>Nada foi guardado (código %1). Tente de novo.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ReadingBar</name>
    <message>
        <source>Progress</source>
        <translation>Progresso</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuar</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausar</translation>
    </message>
    <message>
        <source>Continue reading</source>
        <translation>Continuar a leitura</translation>
    </message>
    <message>
        <source>Pause reading</source>
        <translation>Pausar a leitura</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Cancel reading</source>
        <translation>Cancelar a leitura</translation>
    </message>
    <message>
        <source>What was read is kept: reading can go on from there later.</source>
        <translation>O que foi lido fica guardado: a leitura pode continuar dali depois.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::RepositoryForm</name>
    <message>
        <source>A repository is named OWNER/NAME.</source>
        <translation>Um repositório se chama DONO/NOME.</translation>
    </message>
    <message>
        <source>An address begins with https://.</source>
        <translation>Um endereço começa com https://.</translation>
    </message>
    <message>
        <source>Any repository of a model hub that holds a Mamba2 model. It is added to the list; nothing is asked of the hub before you download.</source>
        <translation>Qualquer repositório de um hub que tenha um modelo Mamba2. Ele entra na lista; nada é perguntado ao hub antes do download.</translation>
    </message>
    <message>
        <source>Repository</source>
        <translation>Repositório</translation>
    </message>
    <message>
        <source>Revision</source>
        <translation>Revisão</translation>
    </message>
    <message>
        <source>Hub or mirror</source>
        <translation>Hub ou espelho</translation>
    </message>
    <message>
        <source>Add to the list</source>
        <translation>Adicionar à lista</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::SearchPanel</name>
    <message>
        <source>Type to search in every chat.</source>
        <translation>Digite para buscar em todas as conversas.</translation>
    </message>
    <message>
        <source>Nothing found for “%1”.</source>
        <translation>Nada encontrado para “%1”.</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>Buscar em todas as conversas</translation>
    </message>
    <message>
        <source>Search results</source>
        <translation>Resultados da busca</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::SentenceBlock</name>
    <message>
        <source>Close</source>
        <translation>Fechar</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Copiar detalhes</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Configurações</translation>
    </message>
    <message>
        <source>Restore defaults</source>
        <translation>Restaurar padrões</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Concluir</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aparência</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>Como o sistema</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claro</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Escuro</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Tema</translation>
    </message>
    <message>
        <source>System (%1 pt)</source>
        <translation>Sistema (%1 pt)</translation>
    </message>
    <message>
        <source> pt</source>
        <translation> pt</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Tamanho do texto</translation>
    </message>
    <message>
        <source>Ctrl and +, − or 0 do the same.</source>
        <translation>Ctrl com +, − ou 0 faz o mesmo.</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>Respostas</translation>
    </message>
    <message>
        <source>For example: Answer briefly. Prefer C++20.</source>
        <translation>Por exemplo: Responda com brevidade. Prefira C++20.</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>Instrução de sistema</translation>
    </message>
    <message>
        <source>Read before the first message of every new chat.</source>
        <translation>Lida antes da primeira mensagem de cada conversa nova.</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>Maior resposta</translation>
    </message>
    <message>
        <source>In tokens; then it stops.</source>
        <translation>Em tokens; depois ela para.</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>Amostragem</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatura</translation>
    </message>
    <message>
        <source>0 always takes the likeliest token.</source>
        <translation>0 escolhe sempre o token mais provável.</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Desligado</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Only the k likeliest tokens.</source>
        <translation>Só os k tokens mais prováveis.</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Only the likeliest up to this share. 1 is off.</source>
        <translation>Só os mais prováveis até esta fração. 1 desliga.</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Only those at least this likely, next to the best. 0 is off.</source>
        <translation>Só os que têm ao menos esta chance em relação ao melhor. 0 desliga.</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>Penalidade de repetição</translation>
    </message>
    <message>
        <source>1 is off.</source>
        <translation>1 desliga.</translation>
    </message>
    <message>
        <source>New for every answer</source>
        <translation>Nova a cada resposta</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Semente</translation>
    </message>
    <message>
        <source>The same seed gives the same answer.</source>
        <translation>A mesma semente dá a mesma resposta.</translation>
    </message>
    <message>
        <source>This machine</source>
        <translation>Esta máquina</translation>
    </message>
    <message>
        <source>All cores</source>
        <translation>Todos os núcleos</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>When the processor answers. Counts from the next answer.</source>
        <translation>Quando o processador responde. Vale a partir da próxima resposta.</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>Processador (CPU)</translation>
    </message>
    <message>
        <source>GPU (NVIDIA)</source>
        <translation>GPU (NVIDIA)</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automático</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>Executar em</translation>
    </message>
    <message>
        <source>Automatic takes the GPU when the model fits into its memory.</source>
        <translation>Automático usa a GPU quando o modelo cabe na memória dela.</translation>
    </message>
    <message>
        <source>Read long prompts in float8</source>
        <translation>Ler textos longos em float8</translation>
    </message>
    <message>
        <source>Faster, slightly less exact.</source>
        <translation>Mais rápido, um pouco menos exato.</translation>
    </message>
    <message>
        <source>Not with what answers now: it takes an NVIDIA GPU of compute capability 9.0, such as the H100.</source>
        <translation>Não com o que responde agora: exige uma GPU NVIDIA de capacidade computacional 9.0, como a H100.</translation>
    </message>
    <message>
        <source>Network (downloads only)</source>
        <translation>Rede (só para downloads)</translation>
    </message>
    <message>
        <source>Offline: never start a download</source>
        <translation>Offline: nunca iniciar um download</translation>
    </message>
    <message>
        <source>The window itself never opens a connection; only a download that you start does.</source>
        <translation>A janela nunca abre uma conexão; só um download que você inicia faz isso.</translation>
    </message>
    <message>
        <source>Hub or mirror</source>
        <translation>Hub ou espelho</translation>
    </message>
    <message>
        <source>Where models are fetched from.</source>
        <translation>De onde vêm os modelos.</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>Proxy</translation>
    </message>
    <message>
        <source>From the environment</source>
        <translation>Do ambiente</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>Certificados</translation>
    </message>
    <message>
        <source>A PEM file, where a company has its own.</source>
        <translation>Um arquivo PEM, onde a empresa tem os seus.</translation>
    </message>
    <message>
        <source>The system&apos;s</source>
        <translation>Os do sistema</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Token de acesso</translation>
    </message>
    <message>
        <source>A file that only you may read. For models that ask for one.</source>
        <translation>Um arquivo que só você pode ler. Para modelos que pedem um.</translation>
    </message>
    <message>
        <source>From the environment (HF_TOKEN)</source>
        <translation>Do ambiente (HF_TOKEN)</translation>
    </message>
    <message>
        <source>With a name where it asks for one: http://NAME@HOST:PORT.</source>
        <translation>Com um nome, se ele pedir: http://NOME@HOST:PORTA.</translation>
    </message>
    <message>
        <source>Proxy password</source>
        <translation>Senha do proxy</translation>
    </message>
    <message>
        <source>Kept in this desktop&apos;s keyring, never in the settings; only a download reads it.</source>
        <translation>Fica no chaveiro desta área de trabalho, nunca nas configurações; só um download a lê.</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::SheetFoot</name>
    <message>
        <source>%1 of %2 tokens, %3 files ticked, %4 left out</source>
        <translation>%1 de %2 tokens, %3 arquivos marcados, %4 de fora</translation>
    </message>
    <message>
        <source>%1 over the budget. Untick files, or raise the budget: beyond 256k tokens the model has not been tested.</source>
        <translation>%1 acima do limite. Desmarque arquivos ou aumente o limite: além de 256 mil tokens o modelo não foi testado.</translation>
    </message>
    <message>
        <source>Ask about it</source>
        <translation>Perguntar</translation>
    </message>
    <message>
        <source>Update</source>
        <translation>Atualizar</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>Ler</translation>
    </message>
    <message>
        <source>Tokens against the budget</source>
        <translation>Tokens em relação ao limite</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progresso</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>Limite</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Voltar</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::SheetModel</name>
    <message>
        <source>File</source>
        <translation>Arquivo</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Tamanho</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Observação</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Atalhos de teclado</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Enviar</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>Nova linha</translation>
    </message>
    <message>
        <source>Shift+Enter</source>
        <translation>Shift+Enter</translation>
    </message>
    <message>
        <source>Edit the last message (composer empty)</source>
        <translation>Editar a última mensagem (campo vazio)</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Seta para cima</translation>
    </message>
    <message>
        <source>Delete the chosen chat</source>
        <translation>Excluir a conversa escolhida</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Del</translation>
    </message>
    <message>
        <source>Go through the messages</source>
        <translation>Percorrer as mensagens</translation>
    </message>
    <message>
        <source>Up, Down</source>
        <translation>Setas para cima e para baixo</translation>
    </message>
    <message>
        <source>Go through a message&apos;s buttons</source>
        <translation>Percorrer os botões de uma mensagem</translation>
    </message>
    <message>
        <source>Tab</source>
        <translation>Tab</translation>
    </message>
    <message>
        <source>Move code sideways</source>
        <translation>Mover o código para os lados</translation>
    </message>
    <message>
        <source>Left, Right</source>
        <translation>Setas para os lados</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Concluir</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::Sidebar</name>
    <message>
        <source>New chat</source>
        <translation>Nova conversa</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Buscar</translation>
    </message>
    <message>
        <source>Search all conversations</source>
        <translation>Buscar em todas as conversas</translation>
    </message>
    <message>
        <source>Ctrl K</source>
        <translation>Ctrl K</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Configurações</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Conversas</translation>
    </message>
    <message>
        <source>Your chats will be listed here. They are kept on this machine only.</source>
        <translation>Suas conversas aparecerão aqui. Elas ficam só nesta máquina.</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Renomear</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>Desafixar</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Fixar</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Excluir</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelos</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Downloading, %1</source>
        <translation>Baixando, %1</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::StatusLine</name>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>Reading %1 of %2 tokens</source>
        <translation>Lendo %1 de %2 tokens</translation>
    </message>
    <message>
        <source>, about %1 left</source>
        <translation>, faltam cerca de %1</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>Nenhum modelo</translation>
    </message>
    <message>
        <source>Loading %1…</source>
        <translation>Carregando %1…</translation>
    </message>
    <message>
        <source>The engine is off until restart</source>
        <translation>O motor está desligado até reiniciar</translation>
    </message>
    <message>
        <source>%1 tokens read</source>
        <translation>%1 tokens lidos</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 tokens/s</translation>
    </message>
    <message>
        <source>first token %1 s</source>
        <translation>primeiro token %1 s</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progresso</translation>
    </message>
    <message>
        <source>Get the full model</source>
        <translation>Obter o modelo completo</translation>
    </message>
    <message>
        <source>Get a model</source>
        <translation>Obter um modelo</translation>
    </message>
    <message>
        <source>Status: %1</source>
        <translation>Estado: %1</translation>
    </message>
    <message>
        <source>Demo model</source>
        <translation>Modelo de demonstração</translation>
    </message>
    <message>
        <source>Models; in use: %1</source>
        <translation>Modelos; em uso: %1</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelos</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>text</source>
        <translation>texto</translation>
    </message>
    <message>
        <source>Copy code</source>
        <translation>Copiar código</translation>
    </message>
    <message>
        <source>Link to %1</source>
        <translation>Link para %1</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Tentar de novo</translation>
    </message>
    <message>
        <source>Previous version</source>
        <translation>Versão anterior</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>Próxima versão</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>Copiar mensagem</translation>
    </message>
    <message>
        <source>Edit and send again</source>
        <translation>Editar e enviar de novo</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>Responder de novo</translation>
    </message>
</context>
<context>
    <name>sidewinder::ui::TranscriptView</name>
    <message>
        <source>You: %1</source>
        <translation>Você: %1</translation>
    </message>
    <message>
        <source>Answer: %1</source>
        <translation>Resposta: %1</translation>
    </message>
    <message>
        <source>(stopped)</source>
        <translation>(interrompida)</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>Selecionar tudo</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>Pensando…</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Interrompida</translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 tokens/s</translation>
    </message>
    <message>
        <source>first after %1 s</source>
        <translation>primeiro após %1 s</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>Conversa</translation>
    </message>
    <message>
        <source>Jump to latest</source>
        <translation>Ir para o fim</translation>
    </message>
</context>
</TS>
