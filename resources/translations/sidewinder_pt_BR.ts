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
        <source>Put the folder of Mamba-Codestral-7B-v0.1 on this machine and start Sidewinder with --model FOLDER. The README says how to get it.</source>
        <translation>Coloque a pasta do Mamba-Codestral-7B-v0.1 nesta máquina e inicie o Sidewinder com --model PASTA. O README explica como obtê-la.</translation>
    </message>
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
</context>
<context>
    <name>sidewinder::app::EngineWorker</name>
    <message>
        <source>There is not enough memory for this model. Close other programs, or set &quot;weights&quot;: &quot;int4&quot; in settings.json.</source>
        <translation>Não há memória suficiente para este modelo. Feche outros programas ou defina &quot;weights&quot;: &quot;int4&quot; em settings.json.</translation>
    </message>
    <message>
        <source>There was not enough memory to go on. The conversation is saved.</source>
        <translation>Não havia memória suficiente para continuar. A conversa está salva.</translation>
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
